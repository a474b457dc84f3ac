"""Pack a model: a gzip tar without outer directory (Source: formats.md 11)."""

import os
import tarfile


def pack(source, target):
    """Pack a file, a list of files, or what lies in a directory, into `target` (.tar.gz); return its size in bytes.

    Links are followed, so that the package stands alone. The target appears only when it is complete.
    Errors: OSError (nothing there, disk full), ValueError (nothing to pack, two files of one name).
    """
    entries = _entries(source)
    if not entries:
        raise ValueError("nothing to pack in %r" % (source,))
    temporary = target + ".part"
    try:
        with tarfile.open(temporary, "w:gz", format=tarfile.PAX_FORMAT, compresslevel=1, dereference=True) as archive:
            for name, path in entries:
                archive.add(path, arcname=name, recursive=os.path.isdir(path), filter=_anonymous)
        os.replace(temporary, target)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
    return os.path.getsize(target)


def _entries(source):
    if isinstance(source, (list, tuple)):
        paths = [os.fspath(path) for path in source]
        entries = [(os.path.basename(os.path.normpath(path)), path) for path in paths]
    else:
        source = os.fspath(source)
        if os.path.isdir(source):
            entries = [(name, os.path.join(source, name)) for name in sorted(os.listdir(source))]
        else:
            entries = [(os.path.basename(source), source)]
    seen = set()
    for name, path in entries:
        os.stat(path)  # say now what is missing, not half way through the archive
        if name in seen:
            raise ValueError("two files are called %r" % name)
        seen.add(name)
    return entries


def _anonymous(member):
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
