import Basics
import Foundation
import StackModel
import Testing

@testable import Manifests

@Suite("The runbook of a rendered set")
struct RunbookTests {
    /// Two apps on one Redis and behind one edge; Postgres is used by one of them.
    private static func stack(
        contacts: [Contact] = MonitoredStack.contacts,
        autoscale: Autoscale? = nil
    ) -> Stack {
        var stack = MonitoredStack.stack(contacts: contacts)
        for index in stack.services.indices {
            switch stack.services[index].kind {
            case .app(var app) where stack.services[index].name != "node":
                (app.port, app.metrics, app.autoscale) = (8000, "/metrics", autoscale)
                stack.services[index].kind = .app(app)
            case .edge(var edge):
                edge.routes.append(Route(path: "/work", service: "worker"))
                stack.services[index].kind = .edge(edge)
            default: break
            }
        }
        return stack
    }

    private static func page(_ stack: Stack, _ reach: Monitoring.Reach) throws -> String {
        try #require(Monitoring.runbook(of: stack.withCompanions(), reachedBy: reach)).content
    }

    private static func section(_ name: String, of page: String) throws -> String {
        let found = page.components(separatedBy: "\n## ").first { $0.hasPrefix("\(name)\n") }
        return try #require(found)
    }

    @Test(
        "names the apps that a data service or an edge has, where its alert names that",
        arguments: [
            Monitoring.Reach.compose, .kubernetes,
        ]
    )
    func namesTheAffected(_ reach: Monitoring.Reach) throws {
        let page = try Self.page(Self.stack(), reach)
        let redis = try Self.section("RedisConnectionsHigh", of: page)
        #expect(redis.contains("`APP` is an app that uses it: redis is used by api, worker."), "\(redis)")
        #expect(!redis.contains("SERVICE"))
        let postgres = try Self.section("PgPoolExhausted", of: page)
        #expect(!postgres.contains("APP") && !postgres.contains("SERVICE"), "\(postgres)")
        #expect(postgres.contains(reach == .compose ? "`docker compose ps api`" : "rollout restart deployment/api`"))
        #expect(try Self.section("APIDown", of: page).contains("SERVICE"))
        guard reach == .compose else { return }
        let edge = try Self.section("EdgeQueueing", of: page)
        #expect(edge.contains("--scale APP=NUMBER`") && edge.contains("`APP` is what the label `proxy`"), "\(edge)")
        #expect(try Self.section("EdgeErrors", of: page).contains("logs --tail 100 edge`"))
    }

    @Test("its commands look before they act, and restart one replica after the other")
    func diagnoses() throws {
        let page = try Self.page(MonitoredStack.stack(), .compose)
        let connections = try Self.section("PgConnections", of: page)
        #expect(connections.contains("`docker compose exec postgres psql -U postgres`"))
        #expect(connections.contains("FROM pg_stat_activity GROUP BY"))
        let clients = "sh -c 'REDISCLI_AUTH=$(cat /run/secrets/redis-admin) redis-cli --user slipway CLIENT LIST'"
        #expect(try Self.section("RedisConnectionsHigh", of: page).contains("`docker compose exec redis \(clients)`"))
        #expect(try Self.section("MemoryHigh", of: page).contains("`docker restart CONTAINER`, one after the other"))
        #expect(try Self.section("RedisFragmented", of: page).contains("`docker compose restart redis`"))
        let cluster = try Self.page(MonitoredStack.stack(), .kubernetes)
        #expect(try Self.section("CrashLooping", of: cluster).contains("logs --tail 100 --previous POD`"))
        #expect(try Self.section("RedisConnectionsHigh", of: cluster).contains(" exec -it redis-0 -- \(clients)`"))
    }

    @Test("leaves the number of replicas to an autoscaler")
    func scales() throws {
        let autoscale = Autoscale(minimum: 2, maximum: 4, cpu: Percent("70%"))
        for (autoscale, isFixed) in [(nil, true), (autoscale, false)] as [(Autoscale?, Bool)] {
            let page = try Self.page(Self.stack(autoscale: autoscale), .kubernetes)
            let section = try Self.section("HighLatency", of: page)
            #expect(section.contains(" scale deployment/") == isFixed, "\(section)")
            #expect(section.contains("raise `autoscale.max`") != isFixed, "\(section)")
        }
    }

    @Test("says how to keep alerts quiet during planned work, where somebody is told")
    func silences() throws {
        let compose = try Self.page(MonitoredStack.stack(), .compose)
        #expect(
            compose.contains(
                "    docker compose exec alertmanager amtool --alertmanager.url http://localhost:9093 silence add"
            )
        )
        let cluster = try Self.page(MonitoredStack.stack(), .kubernetes)
        #expect(cluster.contains("    kubectl --namespace shop exec statefulset/alertmanager -- amtool "))
        #expect(!(try Self.page(MonitoredStack.stack(contacts: []), .compose)).contains("amtool"))
    }
}
