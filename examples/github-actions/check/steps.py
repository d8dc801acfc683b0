"""Runs the steps of a workflow here, as GitHub's runner would: those that run something, but for what installs Kettle.

    steps.py WORKFLOW
"""

import os
import subprocess
import sys

import yaml

# What GitHub's documentation allows here; a word that is misspelt there is no error but is never looked at.
STEP = {"name", "id", "if", "uses", "with", "run", "env", "timeout-minutes", "working-directory"}


def main(path):
    with open(path) as file:
        workflow = yaml.safe_load(file)
    # YAML 1.1 reads the word `on` as true.
    assert workflow[True].keys() == {"push", "pull_request"}, "it runs at each push"
    ran = 0
    for name, job in workflow["jobs"].items():
        assert job["runs-on"].startswith("ubuntu-"), "kettle exec --offline and the like need Linux"
        for step in job["steps"]:
            assert step.keys() <= STEP, f"{name}: {step.keys() - STEP} are no words of a step"
            if "uses" in step:
                assert step["uses"].count("@") == 1, f"{step['uses']} names no version"
                print(f"skipped  {step['uses']}: GitHub's own", flush=True)
            elif "cargo install" in step["run"]:
                print(f"skipped  {step['name']}: the binary that was built here is used", flush=True)
            else:
                print(f"runs     {step['name']}", flush=True)
                shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
                subprocess.run(shell, check=True, env=os.environ | workflow["env"])
                ran += 1
    assert ran >= 2, "nothing was run"


if __name__ == "__main__":
    main(sys.argv[1])
