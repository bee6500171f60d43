"""What is wrong with a wheel: contents and metadata that ChimeraX and its toolshed would miss."""

import email
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import PurePosixPath

LARGEST_FILE = 300_000
LARGEST_WHEEL = 1_000_000
#: Maps, models, sessions and arrays: none of them belongs into a bundle.
DATA = ('.mrc', '.map', '.ccp4', '.cif', '.pdb', '.cxs', '.npy', '.npz', '.gz', '.bz2', '.zip')
#: All that may be named as a dependency beside ChimeraX's bundles. numpy would break ChimeraX.
NEEDED = {'mrcfile'}


def wheel_faults(wheel, bundle_info, source):
    """What is wrong with a wheel, a sentence each; an empty list if nothing is.

    `bundle_info` is the path of bundle_info.xml, `source` the names of the files of src/ that are
    under version control, relative to it.
    """
    root = ElementTree.parse(bundle_info).getroot()
    package = root.get('package').replace('.', '/')
    with zipfile.ZipFile(wheel) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        inside = {str(PurePosixPath(name).relative_to(package))
                  for name in sizes if name.startswith(package + '/')}
        texts = {name: archive.read(name) for name in sizes
                 if name.endswith(('.dist-info/METADATA', '/LICENSE'))}
    faults = []
    wanted = f'{root.get("name").replace("-", "_")}-{root.get("version")}-py3-none-any.whl'
    if wheel.name != wanted:
        faults.append(f'it is named {wheel.name}, not {wanted}')
    if wheel.stat().st_size > LARGEST_WHEEL:
        faults.append(f'it has {wheel.stat().st_size} bytes')
    faults += [f'{name} has {size} bytes' for name, size in sizes.items() if size > LARGEST_FILE]
    faults += [f'{name} is in it' for name in sizes if _is_foreign(name, package)]
    faults += [f'{name} is missing' for name in sorted(set(source) - inside)]
    faults += [f'{name} is in it, but not under version control'
               for name in sorted(inside - set(source))]
    faults += [f'{name} is missing: {why}' for name, why in _promised(root) if name not in inside]
    return faults + _metadata_faults(texts, root)


def _is_foreign(name, package):
    ours = name.startswith(package + '/') or '.dist-info/' in name
    parts = PurePosixPath(name).parts
    return (not ours or name.endswith(DATA) or 'tests' in parts or '__pycache__' in parts
            or parts[-1].startswith('test_'))


def _promised(root):
    """Files that bundle_info.xml makes ChimeraX look for, and why."""
    for element in root.iter('ChimeraXClassifier'):
        kind, name = (part.strip() for part in element.text.split('::')[:2])
        if kind in ('Command', 'Tool'):
            page = f'docs/user/{kind.lower()}s/{name.lower()}.html'
            yield page, f'the help of the {kind.lower()} {name}'
    for provider in root.iter('Provider'):
        if provider.get('icon'):
            yield f'icons/{provider.get("icon")}', f'the icon of {provider.get("name")}'


def _metadata_faults(texts, root):
    licences = [text for name, text in texts.items() if name.endswith('/LICENSE')]
    faults = []
    if not any(b'BSD 3-Clause' in text for text in licences):
        faults.append('the licence is missing')
    metadata = [text for name, text in texts.items() if name.endswith('/METADATA')]
    if len(metadata) != 1:
        return [*faults, 'it has no metadata']
    facts = email.message_from_bytes(metadata[0])
    if (facts['Name'], facts['Version']) != (root.get('name'), root.get('version')):
        faults.append(f'its metadata are those of {facts["Name"]} {facts["Version"]}')
    named = {re.match(r'[\w-]+', line)[0] for line in facts.get_all('Requires-Dist', ())}
    extra = {name for name in named if not name.startswith('ChimeraX-')} - NEEDED
    return faults + [f'it asks for {name}' for name in sorted(extra)]
