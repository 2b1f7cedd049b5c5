# shellcheck shell=bash disable=SC2034
# What the scripts of this directory share. To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Debian's Python packages belong to this Python, whatever else stands in PATH.
python=/usr/bin/python3

say() { echo "$(basename "$0"): $*" >&2; }

fail() {
  say "$@"
  exit 1
}

require_swift() {
  command -v swift >/dev/null ||
    fail "Swift is not here: install a Swift toolchain for Linux, 6.2 or newer, and put its usr/bin into PATH"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
  local major=${version% *} minor=${version#* }
  if [ -n "$version" ] && { [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; }; then
    fail "Swift $major.$minor is too old: install a toolchain of version 6.2 or newer"
  fi
}

missing=()
# What can be done without what is missing, if there is something; the end of a sentence.
instead=

# need PACKAGE COMMAND...: the package is missing if the command fails.
need() {
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

has_sqlite_header() { [ -e /usr/include/sqlite3.h ] || pkg-config --exists sqlite3; }
has_weechat_plugins() { compgen -G "/usr/lib/*/weechat/plugins/trigger.so" || [ -e /usr/lib/weechat/plugins/trigger.so ]; }
has_openbsd_netcat() { nc -h 2>&1 | grep -q OpenBSD; }

# Runs a command as root; fails if it may not.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >&2; }

# Installs the packages that are missing, or says how to.
install_missing() {
  [ ${#missing[@]} -gt 0 ] || return 0
  local advice="install what is missing and start again: sudo apt-get install ${missing[*]}$instead"
  command -v apt-get >/dev/null ||
    fail "missing: ${missing[*]} (the names of the Debian packages), and there is no apt-get to install them with$instead"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then fail "$advice (as root)"; fi
  say "installing ${missing[*]}"
  as_root true || fail "no right to install; $advice"
  apt update || say "the package lists could not be brought up to date; trying with those that are there"
  apt install --no-install-recommends "${missing[@]}" || fail "the installation failed; $advice"
  missing=()
}

# within TIME COMMAND...: runs the command, and ends it with what it started if it takes longer. A test that is stuck in the kernel is
# named when its suite's time limit is over, but only the end of the process ends it. SIGINT is what swift test passes on.
within() { timeout --foreground --signal=INT --kill-after=30 "$@"; }

# What the tests in Swift and those over sockets need.
install_for_tests() {
  instead="; or run scripts/test --fast, which needs Swift and SQLite only"
  need libsqlite3-dev has_sqlite_header
  need netcat-openbsd has_openbsd_netcat
  need curl command -v curl
  need sqlite3 command -v sqlite3
  need psmisc command -v fuser
  need tmux command -v tmux
  need e2fsprogs test -x /usr/sbin/mkfs.ext4
  need strace command -v strace
  need irssi command -v irssi
  need weechat-headless command -v weechat-headless
  need chromium command -v chromium
  need weechat-plugins has_weechat_plugins
  need python3 test -x "$python"
  need python3-pip "$python" -m pip --version
  need python3-websockets "$python" -c "import websockets"
  need python3-irc "$python" -c "import irc.client"
  need python3-hypothesis "$python" -c "import hypothesis"
  need python3-jsonschema "$python" -c "import jsonschema"
  install_missing
  install_pydle
}

# Debian has no package of it. It goes beside the build, and changes nothing else of the machine.
install_pydle() {
  local directory=$root/.build/python version=1.1.0
  [ -e "$directory/pydle-$version.dist-info" ] && return
  say "installing pydle $version into .build/python"
  "$python" -m pip --disable-pip-version-check --no-input install --quiet --no-deps --no-warn-script-location \
    --root-user-action=ignore --upgrade --target "$directory" "pydle==$version" >&2 ||
    fail "pydle could not be installed; the Python package index must be reachable"
}

# Leaves out what the linker says of a function of the toolchain's Foundation that LineChat does not call.
without_mktemp_warning() {
  sed -u '/libFoundationEssentials\.a(.*: warning: the use of .mktemp. is dangerous/d'
}

# The release build that scripts and tests use; prints nothing on standard output. Its status is that of the build.
build_release() {
  say "building (from nothing this takes about two minutes)"
  swift build --package-path "$root" -c release --static-swift-stdlib --product linechat 2>&1 |
    without_mktemp_warning >&2
  return "${PIPESTATUS[0]}"
}

release_binary=$root/.build/release/linechat
