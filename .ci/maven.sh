# To be sourced: sets "maven" to what builds. That is the wrapper, which downloads its Maven once; where it cannot, the
# Maven on the PATH serves as well, if the build's own check of its version lets it.
maven=$PWD/mvnw
if ! trouble=$("$maven" --version 2>&1 > /dev/null); then
	echo "The Maven wrapper does not work here:" "$trouble" >&2
	if ! command -v mvn > /dev/null; then
		echo "Nor is there an mvn on the PATH: install Maven, or set MVNW_REPOURL to where the wrapper finds one" >&2
		exit 1
	fi
	echo "Building with $(command -v mvn) instead" >&2
	maven=mvn
fi
