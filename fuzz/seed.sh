#!/bin/sh
# Fills fuzz/corpus with files of the repository: a line with the name, then the bytes.
set -eu
cd "$(dirname "$0")/.."
corpus=fuzz/corpus
mkdir -p $corpus/readers $corpus/scripts $corpus/redaction $corpus/archives $corpus/work $corpus/markdown

named() { # target file
    { basename "$2"; cat "$2"; } > "$corpus/$1/$(printf '%s' "$2" | tr '/ ' '__')"
}

find crates/sop-read/tests examples -type f -size -120k ! -name '*.rs' ! -name README.md | while read -r file; do
    named readers "$file"
    case $file in
        *.zip | *.tar | *.gz) cp "$file" "$corpus/archives/" ;;
        *.txt | *.md | *.csv | *.eml | *.log | *.ini | *.json) cp "$file" "$corpus/redaction/$(basename "$file")"; named work "$file" ;;
        *.py) named scripts "$file" ;;
    esac
done
# The folders of the suite, file by file; the texts in them, case by case.
find tests/suite -name '*.md' ! -name README.md | while read -r page; do
    awk -v corpus="$corpus" -v page="$(basename "$page" .md)" '
        /^## / { n++ }
        inside && /^````*$/ { inside = 0; close(file); close(work); next }
        inside { print > file; print > work; if (script) print > scripts; next }
        /^````*evidence / {
            name = $0; sub(/^`*evidence /, "", name)
            if (name ~ /\.(xlsx|png)$/) next
            m++; inside = 1
            file = corpus "/readers/" page "-" m; work = corpus "/work/" page "-" n; scripts = corpus "/scripts/" page "-" m
            script = name ~ /\.(py|sh|js|ts|gs|[rR]|ps1|bat|cmd|sql|rb|pl|php|awk|bas|vbs|pq|mk|cron|timer|service|ya?ml)$/ || name ~ /(Makefile|justfile|Dockerfile|crontab)$/
            print name > file; printf "\001%s\n", name >> work; if (script) print name > scripts
        }' "$page"
done
find crates/sop-rules/rules -name '*.toml' ! -name gitleaks.toml | while read -r file; do
    sed -n 's/^text = "\(.*\)"$/\1/p; s/^ *"\(.*\)",$/\1/p' "$file" | head -400 > "$corpus/redaction/$(basename "$file")"
done
cp crates/sop-rules/rules/labelled.txt "$corpus/redaction/"
printf 'Never [E1] | <b> `x` \n# a' > "$corpus/markdown/a"
