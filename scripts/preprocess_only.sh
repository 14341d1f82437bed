#!/bin/sh
# In place of the compiler in the `tidy` preset: clang-tidy has said what clang would say, so all that is left to do is the
# file of dependencies, by which a second run looks only at what changed.
exec "$@" -E -dM
