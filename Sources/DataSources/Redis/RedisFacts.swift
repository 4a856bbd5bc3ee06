import Basics
import StackModel

/// Who a Redis was when its data was captured, and what that data holds.
package struct RedisFacts: Hashable, Sendable, Codable {
    package let version: String
    package let runID: String
    package let replicationID: String
    package let replicationOffset: Int
    /// By the server's clock.
    package let takenAt: Instant
    /// As the file's header has it.
    package let rdbVersion: Int
    /// Bytes.
    package let rdbSize: Int
    /// Bytes that the data took in the server.
    package let memory: Int
    /// The highest number of a database that the server was configured for, and one more.
    package let databases: Int
    /// What a scratch server has found in the file itself: the server may have gone on since.
    package let content: RedisContent
    /// Where what was written since begins in the log; nil where none is kept.
    package var firstPlace: LogPlace?

    /// The objects of a set.
    package static let rdb = "redis.rdb"
    package static let accounts = "redis-acl.txt"
    package static let configuration = "redis-config.json"
}

/// What is in a data set of Redis.
package struct RedisContent: Hashable, Sendable, Codable {
    package struct Database: Hashable, Sendable, Codable {
        package let number: Int
        package let keys: Int
        /// Those of them that end by themselves.
        package let expiring: Int

        package var lasting: Int { keys - expiring }
    }

    package let databases: [Database]
    /// Keys whose end had come when they were loaded. A server that keeps an append-only file loads them all the same.
    package let expired: Int
    package let functionLibraries: Int
    package let sample: RedisSample

    package var keys: Int { databases.map(\.keys).reduce(0, +) }
    package var lasting: Int { databases.map(\.lasting).reduce(0, +) }
}

/// Some of the lasting keys, chosen by a seed, so that the same are chosen wherever the data is; their names are told to
/// nobody.
package struct RedisSample: Hashable, Sendable, Codable {
    package let seed: String
    /// A key belongs to the sample when the hash of the seed and its name is below this.
    package let bound: String
    package let keys: Int
    /// Of names, types and values; the same however the server keeps them.
    package let digest: Digest
}

extension RedisContent {
    /// What is not as it was; empty when everything is. Keys with an end may have ended meanwhile.
    func differences(from captured: RedisContent) -> [String] {
        var words: [String] = []
        for number in Set((databases + captured.databases).map(\.number)).sorted() {
            let (now, then) = (database(number), captured.database(number))
            if now.lasting != then.lasting {
                words.append("database \(number) has \(now.lasting) lasting keys, and had \(then.lasting)")
            }
            if now.expiring > then.expiring + captured.expired {
                words.append("database \(number) has \(now.expiring) keys with an end, and had \(then.expiring)")
            }
        }
        if functionLibraries != captured.functionLibraries {
            words.append("\(functionLibraries) function libraries, and had \(captured.functionLibraries)")
        }
        if sample != captured.sample {
            words.append("\(captured.sample.keys) keys of the sample do not have the values they had")
        }
        return words
    }

    private func database(_ number: Int) -> Database {
        databases.first { $0.number == number } ?? Database(number: number, keys: 0, expiring: 0)
    }
}
