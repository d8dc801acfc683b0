"""Takes Vultr's collection out of the package of all of Ansible's: collection.py WHEEL FOLDER."""

import os
import sys
import zipfile

wheel, folder = sys.argv[1:]
unfinished = folder + ".unfinished"
with zipfile.ZipFile(wheel) as package:
    package.extractall(unfinished, [n for n in package.namelist() if n.startswith("ansible_collections/vultr/")])
os.rename(unfinished, folder)
