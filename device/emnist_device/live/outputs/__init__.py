"""Where what was read goes: terminal, MQTT, recording, window, systemd."""
