# To be sourced, after maven.sh: sets "version", and "published" to the modules that are for others, which is all that do
# not have the internal parent
version=$(sed -n 's#^\t<version>\(.*\)</version>#\1#p' pom.xml)
mapfile -t published < <(grep -l '<artifactId>palitra-parent</artifactId>' palitra-*/pom.xml | xargs -n 1 dirname)
published+=(palitra-bom)

# The same for Maven's -pl
selected=$(IFS=,; echo "${published[*]}")
