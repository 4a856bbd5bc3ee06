-- The keep-alive half of scripts/load: paces each of wrk's connections, and reports in JSON.
--
--   wrk --threads 1 ... --script load.lua URL -- SECONDS INTERVAL_MS
--
-- wrk alone never says that a request stayed unanswered. So sending ends after SECONDS while wrk itself runs on for a
-- while: a request that has no answer at the end of that had all the time it was allowed.

local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds, nanoseconds; } moment;
    int clock_gettime(int clock, moment *now);
]]

local CLOCK_MONOTONIC = 1
local NEVER = 1e9 -- milliseconds

local function seconds_now()
    local now = ffi.new("moment")
    ffi.C.clock_gettime(CLOCK_MONOTONIC, now)
    return tonumber(now.seconds) + tonumber(now.nanoseconds) / 1e9
end

local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(arguments)
    sent = -1 -- wrk asks for one request that it does not send; global, for done() reads it from outside
    interval = tonumber(arguments[2])
    stop_at = seconds_now() + tonumber(arguments[1])
    math.randomseed(os.time())
end

-- Milliseconds to wait before the next request. Spread around the interval, or all connections would send at once.
function delay()
    if seconds_now() >= stop_at then
        return NEVER
    end
    return interval * (0.5 + math.random())
end

function request()
    sent = sent + 1
    return wrk.format()
end

function done(summary, latency)
    local sent = 0
    for _, thread in ipairs(threads) do
        sent = sent + thread:get("sent")
    end
    local errors = summary.errors
    local unanswered = math.max(0, sent - summary.requests - errors.read - errors.write)
    local format = '{"answered": %d, "connect": %d, "read": %d, "write": %d, "status": %d, "late": %d, '
        .. '"unanswered": %d, "p50_ms": %.2f, "p99_ms": %.2f}\n'
    io.write(format:format(summary.requests, errors.connect, errors.read, errors.write, errors.status, errors.timeout,
        unanswered, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
