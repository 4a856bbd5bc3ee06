import Basics
import StackModel

@testable import Ledger

/// Keys and declarations for the tests of secrets.
enum Keys {
    static let master = MasterKey(bytes: Array(1...32))
    static let other = MasterKey(bytes: Array(2...33))

    static let redis = SecretDeclaration(name: "redis-app", kind: .redisUser, service: "redis")
    static let postgres = SecretDeclaration(name: "postgres-app", kind: .postgresRole, service: "postgres")
    static let token = SecretDeclaration(name: "jwt", kind: .jwtHS256)
    static let stripe = SecretDeclaration(name: "stripe", kind: .given, from: "STRIPE_KEY")

    static let declarations = [redis, postgres, token, stripe]
    static let canary = "canary-7f3a-live-value"
    static let given: [SecretName: Redacted<String>] = ["stripe": Redacted(canary)]
}
