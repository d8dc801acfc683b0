"""Who may do what: the account, keys, users and their permissions."""

from vultr_python_client.apis.tags.dns_api import DnsApi
from vultr_python_client.apis.tags.os_api import OsApi
from vultr_python_client.apis.tags.ssh_api import SshApi

from harness import NOWHERE, ids


def account(w):
    found = w.account.get_account()["account"]
    w.show("the account has a name, an e-mail address and permissions",
           found["name"] != "" and "@" in found["email"] and "manage_users" in found["acls"], found)
    w.show("money is a number", all(isinstance(found[key], (int, float)) for key in ("balance", "pending_charges")), found)


def billing(w):
    # A month ends while nobody looks: of a new account there is no invoice, and the tests of `control` turn the clock.
    w.same("a new account has no history", w.billing.list_billing_history()["billing_history"], [])
    w.same("nor an invoice", w.billing.list_invoices(query={"per_page": 1})["meta"]["total"], 0)
    w.refused("an unknown invoice", 404, w.billing.get_invoice, invoice_id="123456", says="Invalid invoice")
    w.refused("the items of an unknown invoice", 404, w.billing.get_invoice_items, invoice_id="123456", says="Invalid invoice")
    w.refused("a page of nothing", 400, w.billing.list_invoices, query={"per_page": 0})
    w.refused("a page of no history", 400, w.billing.list_billing_history, query={"per_page": 0})


def keys(w):
    w.refused("a wrong key", 401, w.with_key(SshApi, "wrong").list_ssh_keys, says="Invalid API token")
    w.show("public lists need no key", w.with_key(OsApi, "wrong").list_os()["os"])


def users(w):
    body = {"email": "alice@example.com", "name": "Alice", "password": "Correct-Horse-9-Battery", "api_enabled": True,
            "acls": ["dns", "subscriptions_view"]}
    made = w.users.create_user(body=body)["user"]
    user = made["id"]
    w.show("a new user with API access is given a key", made.get("api_key"), made)
    found = w.users.get_user(user_id=user)["user"]
    w.same("name, address and permissions read back",
           (found["name"], found["email"], sorted(found["acls"])), ("Alice", "alice@example.com", sorted(body["acls"])))
    w.show("the key is not shown again", not found.get("api_key"), found)
    listed = w.users.list_users(query={"per_page": 500})["users"]
    w.show("the user is listed", user in [(u.get("user") or u)["id"] for u in listed], listed)
    mine = w.with_key(DnsApi, made["api_key"])
    w.show("the user's key may list domains", "domains" in mine.list_dns_domains())
    keyring = w.with_key(SshApi, made["api_key"])
    w.refused("a user without the permission to create keys", 403, keyring.create_ssh_key,
              body={"name": "no", "ssh_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ no@example.com"})
    w.users.update_user(user_id=user, body={"name": "Alice B.", "acls": ["subscriptions_view"]})
    w.same("a changed name reads back", w.users.get_user(user_id=user)["user"]["name"], "Alice B.")
    w.refused("what a permission allowed, after it was taken away", 403, mine.create_dns_domain,
              body={"domain": "taken-away.example"})
    w.users.update_user(user_id=user, body={"api_enabled": False})
    w.show("API access can be switched off", w.users.get_user(user_id=user)["user"]["api_enabled"] is False)
    w.users.delete_user(user_id=user)
    w.gone("a user", w.users.get_user, user_id=user)
    w.show("a deleted user's key is worth nothing", refuses(mine.list_dns_domains))
    w.show("a deleted user is not listed", user not in str(w.users.list_users(query={"per_page": 500})))
    w.refused("an unknown user", 404, w.users.get_user, user_id=NOWHERE, says="Invalid user")


def refuses(call):
    """Whether the call is answered with 401."""
    try:
        call()
    except Exception as refusal:  # the client's own exception type, or any of its bases
        return getattr(refusal, "status", None) == 401
    return False
