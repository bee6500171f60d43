"""What documents say of a release: versions that must agree, and what only a person can fill in."""

import re
import xml.etree.ElementTree as ElementTree

#: A domain that is reserved for examples: no one reads what is sent there.
PLACEHOLDER = '@example.org'
TEXTS = ('bundle_info.xml', 'CITATION.cff', 'TOOLSHED.md', 'README.md', 'CONTRIBUTING.md')


def _read(folder, name):
    return (folder / name).read_text(encoding='utf-8')


def versions(folder):
    """Where a version is named: {file: version}, '' where none was found."""
    changes = re.search(r'^## (\S+)', _read(folder, 'CHANGELOG.md'), re.MULTILINE)
    citation = re.search(r'^version: *["\']?([^\s"\']+)', _read(folder, 'CITATION.cff'),
                         re.MULTILINE)
    return {
        'bundle_info.xml': ElementTree.fromstring(_read(folder, 'bundle_info.xml')).get('version'),
        'CHANGELOG.md': changes[1] if changes else '',
        'CITATION.cff': citation[1] if citation else '',
    }


def disagreement(folder):
    """A sentence on versions that differ, or ''."""
    found = versions(folder)
    if len(set(found.values())) == 1:
        return ''
    return ', '.join(f'{name} says {version or "none"}' for name, version in found.items())


def for_a_person(folder):
    """What has to be filled in by hand before a release, a sentence each."""
    found = []
    for name in TEXTS:
        addresses = set(re.findall(rf'[\w.+-]+{PLACEHOLDER}', _read(folder, name)))
        found += [f'{name}: an address that is read, for {address}'
                  for address in sorted(addresses)]
    if re.search(r'^## .*\(unreleased\)', _read(folder, 'CHANGELOG.md'), re.MULTILINE):
        found.append('CHANGELOG.md: the date of the release, for (unreleased)')
    if not re.search(r'^date-released:', _read(folder, 'CITATION.cff'), re.MULTILINE):
        found.append('CITATION.cff: date-released')
    address = ElementTree.fromstring(_read(folder, 'bundle_info.xml')).findtext('URL')
    found.append(f'{address}: does it exist yet? bundle_info.xml and CITATION.cff name it')
    return found


def session_files(folder, version):
    """Versions before `version` whose session files are kept, and whether its own is there."""
    kept = {path.stem for path in (folder / 'tests' / 'session' / 'files').glob('*.cxs')}
    return sorted(kept - {version}), version in kept
