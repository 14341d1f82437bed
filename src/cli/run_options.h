#pragma once
/// Options of the commands that run models: which inputs, which device, which bounds.

#include <boost/program_options/value_semantic.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/start/options.h"
#include "exec/inputs/samples.h"
#include "exec/messages.h"
#include "exec/workers.h"

namespace graphwitness {

/// An option that is known to have been given or not.
template <typename T>
auto* optional_value(std::optional<T>& into, const char* name) {
  return boost::program_options::value<T>()->value_name(name)->notifier([&into](const T& value) { into = value; });
}

/// Throws UsageError.
void require_not_negative(std::string_view option, double value);

struct RunFlags {
  std::string method = "forward";
  std::string inputs{};
  std::vector<std::string> input{};
  std::vector<std::string> dim{};
  std::string device = "cpu";
  std::optional<std::int64_t> samples{};
  std::int64_t seed = 0;
  double timeout = 300;
  double memory = 0;
};

/// --inputs, --input, --dim, --seed, --device, --method, --memory. What depends on the command, `--samples` and
/// `--timeout`, it declares itself.
void add_run_options(Options& options, RunFlags& flags);
/// Throws UsageError for values that are none.
void require_run_options(const RunFlags& flags);

/// Throws InputError.
exec::InputOptions input_options(const RunFlags& flags);
exec::Device device_of(const RunFlags& flags);
exec::WorkerLimits limits_of(const RunFlags& flags);

/// Why a file cannot be run, told from its content; "" when it can.
std::string why_not_runnable(const std::string& path);

}  // namespace graphwitness
