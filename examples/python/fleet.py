"""Keeps as many web servers as are wanted: makes what is missing, deletes the newest of what is too much."""

import os
import sys

import requests


class Fleet:
    """The servers with one tag in one region."""

    def __init__(self, endpoint, key, tag="web", region="ewr"):
        self.endpoint, self.tag, self.region = endpoint, tag, region
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def call(self, method, path, **kwargs):
        answer = self.session.request(method, self.endpoint + path, timeout=30, **kwargs)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def servers(self):
        """All of them, oldest first, over all pages."""
        found, cursor = [], ""
        while True:
            query = {"tag": self.tag, "region": self.region, "per_page": 100, "cursor": cursor}
            page = self.call("GET", "/instances", params=query)
            found += page["instances"]
            cursor = page["meta"]["links"]["next"]
            if not cursor:
                return sorted(found, key=lambda server: (server["date_created"], server["id"]))

    def scale(self, wanted):
        """Brings their number to `wanted`; how many were made, and how many were deleted."""
        servers = self.servers()
        for number in range(len(servers), wanted):
            body = {"region": self.region, "plan": "vc2-1c-1gb", "os_id": 2136, "tags": [self.tag], "label": f"{self.tag}-{number + 1}"}
            self.call("POST", "/instances", json=body)
        for server in servers[wanted:]:
            self.call("DELETE", f"/instances/{server['id']}")
        return max(0, wanted - len(servers)), max(0, len(servers) - wanted)


if __name__ == "__main__":
    endpoint = os.environ.get("VULTR_API_ENDPOINT", "https://api.vultr.com/v2")
    made, deleted = Fleet(endpoint, os.environ["VULTR_API_KEY"]).scale(int(sys.argv[1]))
    print(f"{made} made, {deleted} deleted")
