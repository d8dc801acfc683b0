"""Has boto3 keep objects in Kettle's buckets, with both ways of naming a bucket. Ends with an AssertionError that says what is not so."""

import sys
import threading

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]


def client(style):
    return boto3.client("s3", endpoint_url=ENDPOINT, config=Config(s3={"addressing_style": style}, retries={"max_attempts": 1}))


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        said = error.response["Error"]["Code"]
        assert said == code, f"{said} instead of {code}"
        return
    raise AssertionError(f"it should be refused with {code}")


def show(what):
    print("ok   ", what)


def life(style):
    """A bucket's life."""
    s3, name = client(style), f"boto3-{style}"
    s3.create_bucket(Bucket=name)
    assert name in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    put = s3.put_object(Bucket=name, Key="a/b c/ä+1", Body=b"one", ContentType="text/x-kettle", Metadata={"word": "kept"})
    got = s3.get_object(Bucket=name, Key="a/b c/ä+1")
    assert got["Body"].read() == b"one" and got["ETag"] == put["ETag"] and got["ContentType"] == "text/x-kettle"
    assert got["Metadata"] == {"word": "kept"}
    show(f"{style}: an object reads back as it was written")
    refused("PreconditionFailed", s3.put_object, Bucket=name, Key="a/b c/ä+1", Body=b"two", IfNoneMatch="*")
    refused("NoSuchKey", s3.get_object, Bucket=name, Key="nothing")
    show(f"{style}: what is there is not written anew where that is ruled out")
    for number in range(25):
        s3.put_object(Bucket=name, Key=f"many/{number:02}", Body=b"")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix="many/", PaginationConfig={"PageSize": 10}))
    assert [len(page["Contents"]) for page in pages] == [10, 10, 5]
    top = s3.list_objects_v2(Bucket=name, Delimiter="/")
    assert [prefix["Prefix"] for prefix in top["CommonPrefixes"]] == ["a/", "many/"]
    show(f"{style}: lists, page by page and by folder")
    keys = [{"Key": found["Key"]} for page in pages for found in page["Contents"]]
    gone = s3.delete_objects(Bucket=name, Delete={"Objects": keys + [{"Key": "a/b c/ä+1"}]})
    assert len(gone["Deleted"]) == 26
    s3.delete_bucket(Bucket=name)
    refused("NoSuchBucket", s3.list_objects_v2, Bucket=name)
    show(f"{style}: several objects and the bucket are deleted")


def versions():
    s3, name = client("path"), "boto3-versions"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=name, Key="k", Body=b"first")["VersionId"]
    s3.put_object(Bucket=name, Key="k", Body=b"second")
    s3.delete_object(Bucket=name, Key="k")
    refused("NoSuchKey", s3.get_object, Bucket=name, Key="k")
    assert s3.get_object(Bucket=name, Key="k", VersionId=first)["Body"].read() == b"first"
    show("versions: an older one is read after a deletion")
    refused("BucketNotEmpty", s3.delete_bucket, Bucket=name)
    found = s3.list_object_versions(Bucket=name)
    for version in found["Versions"] + found["DeleteMarkers"]:
        s3.delete_object(Bucket=name, Key="k", VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=name)
    show("versions: the bucket goes when the last one has")


def one_wins():
    """Of several who want the same lock, one gets it."""
    s3, name, won = client("path"), "boto3-lock", []
    s3.create_bucket(Bucket=name)

    def take(who):
        try:
            client("path").put_object(Bucket=name, Key="lock", Body=who.encode(), IfNoneMatch="*")
            won.append(who)
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412), error

    threads = [threading.Thread(target=take, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1, won
    assert s3.get_object(Bucket=name, Key="lock")["Body"].read().decode() == won[0]
    s3.delete_object(Bucket=name, Key="lock")
    s3.delete_bucket(Bucket=name)
    show("of eight who want a lock at once, one has it")


# A bucket's name before an address is no host.
for style in ["path"] if "127.0.0.1" in ENDPOINT else ["virtual", "path"]:
    life(style)
versions()
one_wins()
