/// The variables that slipway itself listens to, for the reference.
enum EnvironmentVariables {
    static let all: [(name: String, meaning: String)] = [
        (
            "SLIPWAY_HOME",
            "Where the ledger, the keys and the stacks are. `/var/lib/slipway` for root, else `slipway` in "
                + "`XDG_STATE_HOME`, else `~/.local/state/slipway`."
        ),
        ("SLIPWAY_MASTER_KEY_FILE", "The file of the master key, `keys/master.key` in the home when not set."),
        ("XDG_STATE_HOME", "See `SLIPWAY_HOME`."),
        ("HOME", "See `SLIPWAY_HOME`."),
        ("NO_COLOR", "Any text switches colours off."),
        ("TERM", "`dumb` switches off colours and what moves the cursor."),
        ("SUDO_USER", "Who history says has asked, behind `sudo`."),
        (
            "the variables of a spec",
            "What `${NAME}` in a spec means, over the `.env` file beside it; first values of `given` secrets."
        ),
    ]
}
