"""The public lists: regions, plans, systems, applications, and how lists are paged."""

from harness import Failed, ids


def regions(w):
    found = w.regions.list_regions(query={"per_page": 500})["regions"]
    by_id = {region["id"]: region for region in found}
    w.show("New Jersey is listed as ewr, with city, country and continent",
           all(by_id.get("ewr", {}).get(key) for key in ("city", "country", "continent")), by_id.get("ewr"))
    w.same("no region is listed twice", len(by_id), len(found))
    plans = w.regions.list_available_plans_region(region_id="ewr")["available_plans"]
    w.show("ewr offers vc2-1c-1gb", "vc2-1c-1gb" in plans, plans[:5])
    typed = w.regions.list_available_plans_region(region_id="ewr", query={"type": "vhf"})["available_plans"]
    w.show("availability of one type holds that type only", typed and all(p.startswith("vhf") for p in typed), typed)
    w.refused("availability of an unknown region", 400, w.regions.list_available_plans_region, region_id="nowhere",
              says="Invalid region")


def plans(w):
    # This client holds prices to be whole: a plan for 2.50 a month, which Vultr lists as well, makes
    # it refuse a list that has it. So it is asked for families whose prices are whole.
    query = {"type": "vhf", "per_page": 500}
    found = w.plans.list_plans(query=query)["plans"]
    plan = next((p for p in found if p["id"] == "vhf-1c-1gb"), None)
    w.show("vhf-1c-1gb is listed", plan is not None)
    w.same("vhf-1c-1gb has one CPU, 1024 MB and a 32 GB disk",
           (plan["vcpu_count"], plan["ram"], plan["disk"]), (1, 1024, 32))
    w.show("vhf-1c-1gb is sold in ewr", "ewr" in plan["locations"], plan["locations"])
    w.show("a filter by type holds that type only", found and all(p["type"] == "vhf" for p in found))
    windows = w.plans.list_plans(query={**query, "os": "windows"})["plans"]
    w.show("the filter by system narrows the list", 0 < len(windows) < len(found), len(windows))
    metal = w.plans.list_metal_plans(query={"per_page": "500"})["plans_metal"]
    w.show("bare metal plans are listed apart, none of them among the others",
           metal and not set(ids(metal)) & set(ids(found)))


def systems(w):
    found = w.os.list_os(query={"per_page": 500})["os"]
    by_id = {system["id"]: system for system in found}
    w.show("Debian 12 is number 2136", "Debian 12" in by_id.get(2136, {}).get("name", ""), by_id.get(2136))
    w.same("159 is the custom system that ISOs need", by_id.get(159, {}).get("family"), "iso")
    w.same("names are unique, as data sources need them", len({s["name"] for s in found}), len(found))


def applications(w):
    found = w.applications.list_applications(query={"per_page": 500})["applications"]
    w.show("applications are listed", len(found) > 10, len(found))
    one_click = w.applications.list_applications(query={"type": "one-click", "per_page": 500})["applications"]
    market = w.applications.list_applications(query={"type": "marketplace", "per_page": 500})["applications"]
    w.show("a filter by type divides them",
           {a["type"] for a in one_click} == {"one-click"} and {a["type"] for a in market} == {"marketplace"})
    w.same("one-click and marketplace applications together are all", len(one_click) + len(market), len(found))
    w.show("marketplace applications have an image id", all(a["image_id"] for a in market))


def paging(w):
    whole = w.plans.list_plans(query={"type": "vhf", "per_page": 500})
    seen, cursor, pages = [], "", 0
    while True:
        query = {"type": "vhf", "per_page": 3}
        if cursor:
            query["cursor"] = cursor
        page = w.plans.list_plans(query=query)
        if page["meta"]["total"] != whole["meta"]["total"]:
            raise Failed(f"meta.total changed between pages: {page['meta']}")
        seen += ids(page["plans"])
        pages += 1
        cursor = page["meta"]["links"]["next"]
        if not cursor:
            break
        if pages > 200:
            raise Failed("the pages never end")
    w.same("pages of three, filter kept, hold every plan once and in order", seen, ids(whole["plans"]))
    w.show("there was more than one page", pages > 1, pages)
    w.same("prev leads back to the page before", ids(back(w)), seen[:3])
    w.refused("per_page 501", 400, w.plans.list_plans, query={"per_page": 501})


def back(w):
    """The first page again, reached by going forward and then back."""
    first = w.plans.list_plans(query={"type": "vhf", "per_page": 3})
    second = w.plans.list_plans(query={"type": "vhf", "per_page": 3, "cursor": first["meta"]["links"]["next"]})
    cursor = second["meta"]["links"]["prev"]
    return w.plans.list_plans(query={"type": "vhf", "per_page": 3, "cursor": cursor})["plans"]
