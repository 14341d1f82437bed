#pragma once
/// What `bench` has to say, rendered. One function for each format.

#include <iosfwd>

#include "graphwitness/findings/benchmark.h"

namespace graphwitness {

/// A table for people. Models that could not be timed are left to standard error.
void write_bench_text(std::ostream& out, const BenchReport& report, bool color, bool summary);

/// docs/bench.schema.json describes it.
void write_bench_json(std::ostream& out, const BenchReport& report);

}  // namespace graphwitness
