"""The pages of an office: server-rendered, live by events, offline, nothing inline."""
