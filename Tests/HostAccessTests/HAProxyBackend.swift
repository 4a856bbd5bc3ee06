import Foundation

/// A small real HTTP/1.1 server in Python. It answers `/readyz` with 200 unless told otherwise, `/slow` after three
/// seconds, upgrades on request and echoes then, and remembers how many other requests it got.
final class HAProxyBackend: Sendable {
    let port: Int
    private let directory: String
    private let program: TestProgram

    init(port: Int, directory: String) throws {
        self.port = port
        self.directory = directory
        self.program = try TestProgram("python3", ["-S", "-c", Self.source, String(port), directory])
    }

    func waitUntilListening() throws { try TestProgram.wait { RawConnection.canConnect(to: self.port) } }

    /// What it answers on `/readyz` from now on.
    func setReady(_ ready: Bool) throws {
        let flag = "\(directory)/\(port).notready"
        if ready {
            try? FileManager.default.removeItem(atPath: flag)
        } else {
            try Data().write(to: URL(filePath: flag))
        }
    }

    /// Requests other than probes so far.
    func requests() throws -> Int {
        let connection = try RawConnection(port: port)
        try connection.send("GET /count HTTP/1.1\r\nHost: x\r\n\r\n")
        let reply = try connection.receive(until: { $0.contains("\r\n\r\n") && $0.hasSuffix("\n") })
        return Int(reply.split(whereSeparator: \.isNewline).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "")
            ?? -1
    }

    func stop() { program.kill() }

    private static let source = """
        import asyncio, os, sys
        port, directory = int(sys.argv[1]), sys.argv[2]
        count = 0
        def reply(status, body):
            return ('HTTP/1.1 %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s' % (status, len(body), body)).encode()
        async def serve(reader, writer):
            global count
            try:
                while True:
                    head = (await reader.readuntil(b'\\r\\n\\r\\n')).decode()
                    path = head.split(' ', 2)[1]
                    if path == '/count':
                        writer.write(reply('200 OK', '%d\\n' % count))
                    elif path == '/readyz':
                        bad = os.path.exists('%s/%d.notready' % (directory, port))
                        writer.write(reply('503 Not Ready' if bad else '200 OK', ''))
                    elif 'upgrade: ' in head.lower():
                        count += 1
                        writer.write(b'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n')
                        while True:
                            line = await reader.readline()
                            if not line: return
                            writer.write(line)
                    else:
                        count += 1
                        if path == '/slow': await asyncio.sleep(3)
                        writer.write(reply('200 OK', 'from %d\\n' % port))
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError): pass
            finally: writer.close()
        async def main():
            server = await asyncio.start_server(serve, '127.0.0.1', port, backlog=1024)
            await server.serve_forever()
        asyncio.run(main())
        """
}
