# An apt with lists and folders of its own, so that the machine's stay as they are; sourced by sh.
# private_apt FOLDER TYPE [SUITE] [ARCHITECTURE]: TYPE is deb or deb-src; the packages come from where this machine has
# its own from, or from that suite of Debian, for this machine's processor or another. All later apt calls use it.
private_apt() {
    apt=$1 type=$2 suite=${3:-} architecture=${4:-$(dpkg --print-architecture)}
    mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/state"
    : >"$apt/state/status"
    if [ -n "$suite" ]; then
        keyring=/usr/share/keyrings/debian-archive-keyring.gpg
        echo "$type [signed-by=$keyring] http://deb.debian.org/debian $suite main" >"$apt/sources/suite.list"
    else
        for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
            [ -r "$file" ] || continue
            case $file in
            *.list) sed -n "s/^deb /$type /p" "$file" >"$apt/sources/$(basename "$file")" ;;
            *.sources) sed "s/^Types:.*/Types: $type/" "$file" >"$apt/sources/$(basename "$file")" ;;
            esac
        done
    fi
    cat >"$apt/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources";
Dir::State "$apt/state";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache";
END
    export APT_CONFIG="$apt/apt.conf"
    apt-get update -qq || true # a source that others added may fail; whether ours did is seen next
}
