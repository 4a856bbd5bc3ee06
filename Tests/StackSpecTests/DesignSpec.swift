/// The spec that shows the whole format.
let designSpec = """
    apiVersion: slipway/v1
    stack: shop
    services:
      api:                                   # kind: app is the default
        image: ghcr.io/example/shop-api:1.4.2
        source: ./api
        command: [uvicorn, app:app, --host, 0.0.0.0, --port, "${port}"]
        port: 8000
        replicas: 3
        env:
          REDIS_URL: redis://app:${secret:redis-app}@${service:redis}/0
          DATABASE_URL: postgresql://${secret:postgres-app.user}:${secret:postgres-app}@${service:postgres}/shop
        health: {liveness: /healthz, readiness: /readyz, interval: 2s, timeout: 1s}
        resources: {cpu: 500m, memory: 512MiB}
        rollout: {strategy: rolling, maxSurge: 1, maxUnavailable: 0, healthyFor: 3s, drain: 15s, deadline: 2m, onFailure: rollback}
        autoscale: {min: 2, max: 10, cpu: 70%}
        metrics: /metrics
        dependsOn: [redis, postgres]
      redis:      {kind: redis, version: "7.0", persistence: [aof, rdb], memory: 256MiB, storage: 1GiB}
      postgres:   {kind: postgres, version: "15", database: shop, storage: 10GiB}
      prometheus: {kind: prometheus, retention: 15d, storage: 10GiB}
      grafana:    {kind: grafana, storage: 1GiB}
      edge:       {kind: edge, listen: 8080, routes: [{path: /, service: api}]}
    secrets:
      redis-app:    {kind: redis-user, service: redis, rotate: 30d}
      postgres-app: {kind: postgres-role, service: postgres, rotate: 30d}
      jwt:          {kind: jwt-hs256, rotate: 90d, overlap: 24h}
    backups:
      - {name: redis-hourly, of: redis, schedule: "0 * * * *", keep: {last: 3, hourly: 24, daily: 7, weekly: 4}, to: [local]}
      - {name: postgres-nightly, of: postgres, schedule: "0 2 * * *", keep: {daily: 14, monthly: 6}, to: [local, offsite], prove: weekly}
      - {name: config-daily, of: config, schedule: "30 2 * * *", keep: {daily: 30}, to: [local, offsite]}
    stores:
      local:   {directory: /var/backups/slipway}
      offsite: {s3: {endpoint: https://s3.example.com, bucket: shop-backups, region: eu-central-1}}
    slo: {availability: 99.95%, latency: {p95: 300ms}, errors: 1%}
    environments:                             # deep-merged over the rest
      local:      {engine: process, services: {api: {replicas: 2}, grafana: {optional: true}}}
      production: {engine: kubernetes, namespace: shop}

    """
