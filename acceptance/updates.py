#!/usr/bin/python3
"""
Updates stacks/shop many times in a row under load and counts the requests that fail.

    /usr/bin/python3 acceptance/updates.py             ten updates, at least 100,000 requests
    /usr/bin/python3 acceptance/updates.py --quick     three updates, at least 10,000 requests

The load is scripts/load on /version: 32 keep-alive connections, and a second client with a new connection for each
request. It lasts for as long as the updates do; no request may fail. How much slower the slowest hundredth becomes is
printed, but warns only where it is more than 1.5 times: whatever else the machine does moves that figure too.
"""

import argparse
import statistics
import sys
import time

from yard import Load, StackCopy, Yard

CONNECTIONS = 32
LONGEST_RATIO = 1.5
WINDOWS = 5


def main() -> None:
    options = parse_arguments()
    with Yard("updates") as yard:
        shop = yard.copy("stacks/shop")
        shop.edit("healthyFor: 3s", "healthyFor: 1s")
        deployed = shop.deploy()
        if yard.check("the shop is deployed", deployed.code == 0, f"{deployed.seconds:.1f} s", details=deployed):
            before = measure_idle(shop, options)
            during = update_under_load(shop, options, before["requests"] / options.idle)
            compare(yard, before, during)
        down = shop.down()
        yard.check("the shop is taken down", down.code == 0, f"{down.seconds:.1f} s", details=down)
        yard.check_nothing_left()
    sys.exit(yard.exit_code)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=10, help="how many updates (10)")
    parser.add_argument("--requests", type=int, default=100_000, help="how many requests at least (100000)")
    parser.add_argument("--idle", type=int, default=30, help="seconds of load before the first update (30)")
    parser.add_argument("--rate", type=int, default=20, help="requests per second on each kept connection (20)")
    parser.add_argument("--fresh-rate", type=int, default=100, help="requests per second on new connections (100)")
    parser.add_argument("--quick", action="store_true", help="3 updates, 10000 requests, 10 s before")
    options = parser.parse_args()
    if options.quick:
        options.updates, options.requests, options.idle = 3, 10_000, 10
    return options


def measure_idle(shop: StackCopy, options: argparse.Namespace) -> dict:
    """The sum of a few windows, with the median of each percentile: one stall of the machine may not flatter what
    follows."""
    load(shop, options, 3).result()  # so that nothing is measured while it is still cold
    windows = [load(shop, options, options.idle // WINDOWS).result() for _ in range(WINDOWS)]
    before = {total: sum(window[total] for window in windows) for total in ("requests", "failed")}
    for client in ("keepalive", "fresh"):
        shares = {share: statistics.median(each[client][share] for each in windows) for share in ("p50_ms", "p99_ms")}
        before[client] = shares
    failed, requests = before["failed"], before["requests"]
    shop.yard.check("no request fails before", failed == 0, f"{failed} of {requests}", details=windows)
    return before


def update_under_load(shop: StackCopy, options: argparse.Namespace, per_second: float) -> dict:
    yard = shop.yard
    one = update(shop, 2)  # without load, to know how long one takes
    yard.check("an update without load", one.code == 0, f"{one.seconds:.1f} s", details=one)
    # A connection waits for its answer before it asks again, so a slower server gets fewer requests.
    length = round(max(1.4 * options.requests / per_second, 1.3 * options.updates * one.seconds))
    client, ends = load(shop, options, length), time.monotonic() + length
    time.sleep(1)
    seconds: list[float] = []
    # Where the load outlasts the wanted number there are more of them: what is measured is updating, not idling.
    while len(seconds) < options.updates or ends - time.monotonic() > max(seconds):
        run = update(shop, 3 + len(seconds))
        seconds.append(run.seconds)
        if not (run.code == 0 and serves(shop, 2 + len(seconds))):
            yard.check(f"update {len(seconds)}", False, f"exit {run.code}", details=run)
            break
    in_time = time.monotonic() < ends
    during = client.result()
    figure = f"{len(seconds)} of {options.updates}, {statistics.median(seconds):.1f} s each, {max(seconds):.1f} s at most"
    yard.check("updates in a row", len(seconds) >= options.updates, figure)
    yard.check("the load lasted as long as the updates", in_time, f"{length} s")
    failed, requests = during["failed"], during["requests"]
    yard.check("no request fails during the updates", failed == 0, f"{failed} of {requests}", details=during)
    yard.check("there were enough requests", requests >= options.requests, f"{requests} of {options.requests}")
    return during


def update(shop: StackCopy, number: int):
    shop.edit('APP_VERSION: ".*"', f'APP_VERSION: "1.{number}.0"')
    return shop.deploy()


def serves(shop: StackCopy, number: int) -> bool:
    """The new release is current, and nothing but it runs."""
    status = shop.status()
    api = next(service for service in status["services"] if service["name"] == "api")
    ready = [each for each in api["replicas"] if each["ready"] and each["traffic"] == "admitted"]
    return status["release"] == number and len(ready) == len(api["replicas"]) == api["wanted"]


def compare(yard: Yard, before: dict, during: dict) -> None:
    for client, words in (("keepalive", "kept connections"), ("fresh", "new connections")):
        for share in ("p50_ms", "p99_ms"):
            was, now = before[client][share], during[client][share]
            ratio = now / was
            yard.note(f"{share[:3]} on {words}: {was:.1f} ms before, {now:.1f} ms during, {ratio:.2f} times")
            if share == "p99_ms" and ratio > LONGEST_RATIO:
                yard.warn(f"that is more than {LONGEST_RATIO} times")


def load(shop: StackCopy, options: argparse.Namespace, seconds: int) -> Load:
    return shop.load("/version", "--seconds", seconds, "--connections", CONNECTIONS,
                     "--rate-per-connection", options.rate, "--fresh-rate", options.fresh_rate)  # fmt: skip


if __name__ == "__main__":
    main()
