"""The engine in front of real clients: proxy, middleware, callback, MCP server.

Each way in is a module of its own with parts of its own (extras ``proxy`` and ``mcp``); none of
them shapes a text, so nothing here is part of the engine's digest.

    from compressors.serving.middleware import ToinMiddleware
    from compressors.serving.litellm_callback import ToinCallback
"""
