/// Grafana in a container. What its image sets by variables (its folders) is not repeated.
enum GrafanaContainer {
    static func configuration(administrator: String, key: String) -> String {
        """
        [server]
        http_port = 3000
        [log]
        mode = console
        [security]
        admin_user = admin
        admin_password = $__file{\(administrator)}
        secret_key = $__file{\(key)}
        [analytics]
        reporting_enabled = false
        check_for_updates = false
        check_for_plugin_updates = false
        [plugins]
        preinstall_disabled = true
        [news]
        news_feed_enabled = false
        [users]
        allow_sign_up = false

        """
    }
}
