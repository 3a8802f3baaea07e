"""What a server is asked to do: scripts for its `sh`, each of which can be done again after half of it was done.

They find their names as variables: `site` is the link that readers' server shows, `parent` the folder around it,
`state` the hidden folder beside it, with `versions` and `records`; `new` is the version that is being made. Lists of
paths come and go with a NUL after each. What has to come whole is received into a file, and counted, before it is used.
"""

from __future__ import annotations

#: What is missing there, a word each; then whether the tools are those that know what is asked of them.
PROBE = """
for word in cat chmod cp find flock head ln ls mkdir mv printf readlink rm rmdir rsync sha256sum stat sync xargs; do
  command -v "$word" >/dev/null || printf '%s ' "$word"
done
if command -v sha256sum >/dev/null && command -v mv >/dev/null; then
  sha256sum -z </dev/null >/dev/null 2>&1 && mv --help 2>&1 | grep -q -e --no-target-directory || printf 'coreutils '
fi
"""

#: The folder around the site, without links; what is at the path, and where it leads; the names of all versions.
LOOK = r"""
set -e
if [ ! -d "$parent" ]; then printf '\0no parent\0\0'; exit; fi
(cd -P -- "$parent"; pwd -P | head -c -1); printf '\0'
if [ -L "$site" ]; then printf 'link\0'; readlink -n -- "$site"
elif [ -d "$site" ]; then
  names=$(find "$site" -mindepth 1 -maxdepth 1 -exec printf x \; -quit)
  if [ "$(stat -c %d -- "$site")" != "$(stat -L -c %d -- "$parent")" ]; then printf 'mount\0'
  elif [ -z "$names" ]; then printf 'none\0'
  else printf 'files\0'
  fi
elif [ -e "$site" ]; then printf 'file\0'
else printf 'none\0'
fi
printf '\0'
if [ -d "$versions" ]; then
  cd "$versions"
  find . -mindepth 1 -maxdepth 1 -exec printf '%s\0' {} +
fi
"""

#: Every file of a version, as `DIGEST  ./PATH`: first all of them, with 64 signs that are no digest, then those whose
#: own modes, and those of the folders above, are at least `files` and `folders`. The last word on a path counts.
COUNT = r"""
set -e
cd "$version"
find . ! -type d -exec printf '................................................................  %s\0' {} +
find . -type d ! -perm "-$folders" -prune -o -type f -perm "-$files" -exec sha256sum -z -- {} +
"""

PREPARE = """
set -e
for folder in "$state" "$versions" "$records"; do [ -d "$folder" ] || mkdir -- "$folder"; done
chmod -- 0755 "$state" "$versions"
chmod -- 0700 "$records"
[ -e "$state/lock" ] || (umask 077; : >>"$state/lock")
"""

#: In the loop itself, which then holds what `LOCK` locks: whatever it starts belongs to the holder, too.
OPEN_LOCK = 'exec 9>>"$state/lock"'
#: A moment's patience, for a publisher that was killed just now.
LOCK = "flock -w 1 9"

#: Folders that somebody made read-only, and that are to be changed or removed.
_FREE = r"""
free() { find "$1" -type d ! -perm -0700 -exec chmod -- u+rwx {} \; 2>/dev/null || :; }
"""

#: What interrupted publishings left. An rsync of theirs may be at work in it still: then it is for the next one. What
#: somebody else has in it, and does not let go, stays.
CLEAR = f"""
{_FREE}
for left in "$versions"/new*; do
  if [ -e "$left" ]; then free "$left"; rm -rf -- "$left" 2>/dev/null || :; fi
done
"""

FREE = "stat -f -c '%a %S' -- \"$state\""

#: A version of links to the files of `current` (empty: none). Where no such link can be made (of another user's file;
#: on some file systems), it is a copy. Then all names in it.
BEGIN = rf"""
set -e
{_FREE}
rm -rf -- "$new" "$new.parts"
mkdir -- "$new" "$new.parts"
chmod -- 0700 "$new.parts"
if [ -n "$current" ]; then
  cp -al -- "$current/." "$new" 2>/dev/null || rsync -rlptD --ignore-existing -- "$current/" "$new/" >/dev/null
fi
free "$new"
chmod -- 0755 "$new"
cd "$new"
find . ! -type d -exec printf '%s\0' {{}} +
"""

_RECEIVE = """
set -e
cat >"$new.parts/list"
[ "$(stat -c %s -- "$new.parts/list")" = "$size" ] || { echo 'a list was cut' >&2; exit 1; }
cd "$new"
"""

#: Remove files, or folders with all that is in them.
REMOVE = f"""
{_RECEIVE}
xargs -0 -r -a "$new.parts/list" rm -rf --
"""

#: Remove folders that are empty, of those that are listed, the deepest first.
REMOVE_EMPTY = f"""
{_RECEIVE}
xargs -0 -r -a "$new.parts/list" rmdir --ignore-fail-on-non-empty -- 2>/dev/null || :
"""

#: Take files over from another version, as links; where none can be made, as copies.
ADOPT = f"""
{_RECEIVE}
cd "$version"
xargs -0 -r -a "$new.parts/list" cp -lP --parents -t "$new" -- 2>/dev/null ||
  xargs -0 -r -a "$new.parts/list" cp -P --parents --remove-destination --preserve=mode,timestamps -t "$new" --
cd "$new"
xargs -0 -r -a "$new.parts/list" chmod -- 0644
"""

#: Let everybody go through folders, whatever somebody made of them.
OPEN = f"""
{_RECEIVE}
xargs -0 -r -a "$new.parts/list" chmod -- 0755
"""

#: The switch. Until the last `mv`, readers have the old site; from then on the new one.
SWITCH = """
set -e
if [ -d "$new" ]; then sync -f -- "$new"; fi
rm -rf -- "$new.parts" "$state/next"
ln -s -- "$link" "$state/next"
if [ -d "$site" ] && [ ! -L "$site" ]; then rmdir -- "$site"; fi
if [ -d "$new" ]; then mv -fT -- "$new" "$version"; fi
[ -d "$version" ]
mv -fT -- "$state/next" "$site"
sync -- "$parent"
"""

#: Give versions names that are nobody's, for `CLEAR`: half of one is none.
TIDY = """
set -e
cd "$versions"
xargs -0 -r -n 1 sh -c 'if [ -e "$1" ]; then mv -fT -- "$1" "./new-${1#./}" || :; fi' sh
"""

#: A record, after `+`; `-` when there is none.
READ_RECORD = """
set -e
[ -d "$records" ] || { printf '%s' -; exit; }
cd "$records"
[ -e "$name" ] || { printf '%s' -; exit; }
printf '%s' +
cat -- "$name"
"""

WRITE_RECORD = """
set -e
umask 077
cd "$records"
cat >"$name.new"
[ "$(stat -c %s -- "$name.new")" = "$size" ] || { echo 'a record was cut' >&2; exit 1; }
sync -- "$name.new"
mv -fT -- "$name.new" "$name"
"""

REMOVE_RECORD = """
set -e
cd "$records"
rm -f -- "$name"
"""

READ_FILE = 'cat -- "$version/$name"'
