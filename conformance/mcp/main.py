"""An agent as the protocol's own Python SDK makes one, at `kettle mcp`. KETTLE is the program."""

import asyncio
import json
import os
import sys
import tempfile

from mcp import Client, StdioServerParameters

PROGRAM = os.environ["KETTLE"]
# Nothing is there, and nothing is sent there: it is an address for documentation.
REMOTE = "http://192.0.2.1:9"

failed = 0


def show(what, holds, found=""):
    global failed
    failed += not holds
    print(f"{'ok   ' if holds else 'FAIL '} mcp: {what}" + ("" if holds else f"\n      {found}"))


def agent(*words):
    # Nothing of the user's own settings.
    return StdioServerParameters(command=PROGRAM, args=["mcp", *words], env={"PATH": os.environ["PATH"], "HOME": os.environ["SCRATCH"]})


class Agent:
    def __init__(self, client):
        self.client = client

    async def does(self, tool, **arguments):
        """What a tool says; that it is an error is a failure."""
        text, is_error = await self.tries(tool, **arguments)
        show(f"{tool} {json.dumps(arguments)}", not is_error, text)
        return text

    async def fails(self, tool, *words, **arguments):
        """A tool says that it did not do it, and these words."""
        text, is_error = await self.tries(tool, **arguments)
        missing = [word for word in words if word not in text]
        show(f"{tool} {json.dumps(arguments)} is refused, with {', '.join(words)}", is_error and not missing, text)

    async def tries(self, tool, **arguments):
        result = await self.client.call_tool(tool, arguments)
        return "\n".join(part.text for part in result.content), bool(result.is_error)

    async def reads(self, uri):
        return "\n".join(part.text for part in (await self.client.read_resource(uri)).contents)


async def tools(agent):
    found = {tool.name: tool for tool in (await agent.client.list_tools()).tools}
    usual = ["describe", "list", "get", "create", "change", "destroy", "wait", "world"]
    show("the usual tools are there", all(name in found for name in usual), sorted(found))
    show("the list is short", len(found) <= 20, sorted(found))
    size = len(json.dumps([tool.model_dump(exclude_none=True) for tool in found.values()]))
    print(f"      {len(found)} tools in {size} characters: {', '.join(found)}")
    show("it leaves an agent room", size < 40_000, size)
    hints = {name: tool.annotations for name, tool in found.items()}
    reading = ["describe", "list", "get", "wait"]
    show("who only looks says so", all(hints[name].read_only_hint for name in reading), hints)
    show("who destroys says so", all(hints[name].destructive_hint for name in ["destroy", "world"]), hints)
    show("who changes is neither", not (hints["create"].destructive_hint or hints["create"].read_only_hint), hints["create"])


async def life(agent):
    text = await agent.does("describe")
    show("the families are told", "instance: " in text and "record: " in text, text)
    text = await agent.does("describe", family="instance")
    show("its actions are told", "reinstall(instance_id" in text and "[cannot be undone]" in text, text)
    text = await agent.does("describe", family="instance", action="create")
    show("its fields are told", "- region (required)" in text and "of the family plan" in text, text)
    order = {"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": "web", "user_data": "#cloud-config\n"}
    text = await agent.does("create", family="instance", fields=order, wait=True)
    show("it is ready", "status: active" in text and "label: web" in text, text)
    text = await agent.does("list", family="instance")
    show("a list has columns, the id first", text.splitlines()[0].startswith("ID\t") and "\tweb\t" in text, text)
    text = await agent.does("get", family="instance", id="web", action="user-data")
    show("what is sent in base64 is written plainly", "#cloud-config" in text, text)
    await agent.does("change", family="instance", id="web", fields={"label": "front", "tags": ["blue"]})
    text = await agent.does("list", family="instance", filter=["tags~blue"], columns=["label", "tags"])
    show("a list is narrowed down", text.splitlines() == ["LABEL\tTAGS", "front\tblue"], text)
    text = await agent.does("change", family="instance", id="front", action="halt", wait=True)
    show("an action is waited for", "power_status: stopped" in text, text)
    await agent.does("wait", family="instance", id="front")
    await agent.does("create", family="domain", fields={"domain": "shop.example"})
    record = {"name": "www", "type": "A", "data": "192.0.2.7"}
    await agent.does("create", family="record", within=["shop.example"], fields=record)
    text = await agent.does("list", family="record", within=["shop.example"], filter=["name=www"])
    show("what is in another thing is listed", "192.0.2.7" in text, text)
    text = await agent.does("list", family="plan", limit=3)
    show("a long list is cut, with a hint", len(text.splitlines()) == 5 and "there are more" in text, text)
    text = await agent.reads("kettle://world")
    show("the world is told", "front" in text and "shop.example" in text, text)
    text = await agent.reads("kettle://requests")
    show("the last requests are told", "POST\t/v2/instances" in text, text)
    await agent.does("destroy", family="instance", id="front", wait=True)
    text = await agent.does("list", family="instance")
    show("it is gone", "none" in text, text)


async def errors(agent):
    order = {"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136}
    await agent.fails("create", "missing: region, plan", "- region (required)", family="instance", fields={})
    await agent.fails("create", "no field `colour`", "label", family="instance", fields={**order, "colour": "red"})
    await agent.fails("create", "region", "ewr", family="instance", fields={**order, "region": "ewrr"})
    await agent.fails("get", "no instance `nothing`", family="instance", id="nothing")
    await agent.fails("get", "instance_id", "0 were given", family="instance")
    await agent.fails("list", "no family `server-farm`", "instance", family="server-farm")
    await agent.fails("change", "no `explode`", "halt", family="instance", id="web", action="explode")
    await agent.fails("change", "destroy", family="instance", id="web", action="reinstall")
    await agent.fails("destroy", "change", family="instance", id="web", action="halt")
    await agent.fails("change", "what is to be changed", family="instance", id="web")
    await agent.fails("list", "limit", "500", family="instance", limit=100000)
    await agent.fails("list", "takes no `regoin`", "filter", family="instance", regoin="ewr")
    await agent.fails("describe", "expected a text", family=["instance"])
    await agent.fails("get", "no instance", family="instance", id="--help")
    await agent.fails("world", "no `explode`", "reset", action="explode")


async def own(agent):
    have = {tool.name for tool in (await agent.client.list_tools()).tools}
    await agent.does("create", family="domain", fields={"domain": "kept.example"})
    if "world_snapshot" in have:
        await agent.does("world_snapshot", action="save", name="furnished")
    await agent.does("world", action="reset")
    text = await agent.does("list", family="domain")
    show("a reset empties it", "none" in text, text)
    if "world_snapshot" in have:
        await agent.does("world_snapshot", action="restore", name="furnished")
        text = await agent.does("list", family="domain")
        show("a snapshot brings it back", "kept.example" in text, text)
        await agent.fails("world_snapshot", "missing: name", action="restore")
    if "world_fault" in have:
        await agent.does("world_fault", action="add", operation="list-domains", status=418, error="not now", times=1)
        await agent.fails("list", "not now", family="domain")
        text = await agent.does("world_fault", action="list")
        show("a rule counts", "list-domains" in text, text)
    if "world_clock" in have:
        await agent.does("world_clock", action="freeze")
        await agent.does("world_clock", action="advance", duration="30d")
        text = await agent.does("world_clock", action="get")
        show("the clock stands still", "frozen" in text, text)


async def remote():
    async with Client(agent("--endpoint", REMOTE, "--allow-remote"), read_timeout_seconds=60) as client:
        far = Agent(client)
        names = {tool.name for tool in (await client.list_tools()).tools}
        show("elsewhere nothing that destroys is offered", "list" in names and not names & {"destroy", "world"}, names)
        await far.fails("destroy", "nothing is destroyed there", family="instance", id="cb676a46-66fd-4dfb-b839-443f2e6c0b60")
        await far.fails("destroy", "nothing is destroyed there", family="instance", id="web", action="reinstall", fields={})
        await far.fails("change", "destroy", family="instance", id="web", fields={"os_id": 2136})
        await far.fails("world", "not on this machine", action="reset")


async def strangers():
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "mcp", "--endpoint", REMOTE, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    show("an endpoint elsewhere has to be allowed", process.returncode != 0 and b"--allow-remote" in err and not out, (out, err))
    with tempfile.TemporaryDirectory() as empty:
        async with Client(agent("--data", empty), read_timeout_seconds=60) as client:
            await Agent(client).fails("list", "kettle serve", family="instance")


async def main():
    async with Client(agent("--ephemeral"), read_timeout_seconds=60) as client:
        only = Agent(client)
        for part in [tools, life, errors, own]:
            await part(only)
    await remote()
    await strangers()


with tempfile.TemporaryDirectory() as scratch:
    os.environ["SCRATCH"] = scratch
    asyncio.run(main())
sys.exit(failed > 0)
