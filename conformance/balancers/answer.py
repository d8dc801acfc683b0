# Answers HTTP on port 8080 with who it is, and what it sees of who asks; lines of the PROXY protocol are taken where they come.
import asyncio
import json
import socket

NAME = socket.gethostname()


async def talk(reader, writer):
    proxy = ""
    try:
        while line := await reader.readline():
            if line.startswith(b"PROXY "):
                proxy = line.decode().strip()
                continue
            fields = {}
            while (field := await reader.readline()).strip():
                name, _, value = field.decode().partition(":")
                fields[name.lower()] = value.strip()
            seen = {"name": NAME, "peer": writer.get_extra_info("peername")[0], "proxy": proxy, "fields": fields}
            body = json.dumps(seen).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(talk, "0.0.0.0", 8080, backlog=512)
    await server.serve_forever()


asyncio.run(main())
