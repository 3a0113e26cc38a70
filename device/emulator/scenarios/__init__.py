"""The scenarios that come with Doorlight, one TOML file each; `device.emulator.scenario` says what may stand in one."""
