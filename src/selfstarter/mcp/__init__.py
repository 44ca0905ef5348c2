"""Tools of MCP servers: configured by the person, admitted one by one, called through the SDK."""
