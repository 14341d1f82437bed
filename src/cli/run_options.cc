#include "cli/run_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "frontends/sniff.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

}  // namespace

void require_not_negative(std::string_view option, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    throw UsageError(fmt::format("`{}` is {}, expected a number from 0 up", option, value));
  }
}

void add_run_options(Options& options, RunFlags& flags) {
  options.add()(
      "inputs", po::value(&flags.inputs)->value_name("FILE|DIR"),
      "inputs from a file of `torch.save`, `.npy` or `.npz`, from every file of a folder, or from a folder of "
      "ONNX test data");
  options.add()(
      "input", po::value(&flags.input)->value_name("NAME=TYPE[SIZES]"),
      "generate this input, such as x=float32[2,3], ids=int64[1,14]:0..9 (both included), float32[20]:0..1; or "
      "give a number, n=3; once for each input");
  options.add()("dim", po::value(&flags.dim)->value_name("NAME=N"),
                "size of a dimension that an ONNX graph declares by name, such as batch=4");
  options.add()("seed", po::value(&flags.seed)->value_name("N"),
                "of the first sample (default 0); each later one's is one more");
  options.add()("device", po::value(&flags.device)->value_name("DEVICE"), "cpu (default) or cuda");
  options.add()("method", po::value(&flags.method)->value_name("NAME"), "the method to run (default forward)");
  options.add()("memory", po::value(&flags.memory)->value_name("GIB"),
                "memory that one model may take (default: its share of three quarters of this machine's)");
}

void require_run_options(const RunFlags& flags) {
  require_one_of("--device", flags.device, std::array<std::string_view, 2>{"cpu", "cuda"});
  if (flags.samples.value_or(1) < 1) {
    throw UsageError(fmt::format("`--samples` is {}, expected at least 1", *flags.samples));
  }
  if (flags.seed < 0) throw UsageError(fmt::format("`--seed` is {}, expected a number from 0 up", flags.seed));
  require_not_negative("--timeout", flags.timeout);
  require_not_negative("--memory", flags.memory);
}

exec::InputOptions input_options(const RunFlags& flags) {
  exec::InputOptions options;
  for (const std::string& text : flags.dim) options.dims.push_back(exec::parse_dim(text));
  options.file = flags.inputs;
  options.inputs = flags.input;
  if (flags.samples) options.samples = static_cast<std::uint64_t>(*flags.samples);
  options.seed = static_cast<std::uint64_t>(flags.seed);
  return options;
}

exec::Device device_of(const RunFlags& flags) {
  return flags.device == "cuda" ? exec::Device::cuda : exec::Device::cpu;
}

exec::WorkerLimits limits_of(const RunFlags& flags) {
  exec::WorkerLimits limits;
  limits.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(std::min(flags.timeout, 1e9) * 1000));
  constexpr double kMost = 1U << 24U;
  limits.memory = static_cast<std::uint64_t>(std::min(flags.memory, kMost) * (1U << 30U));
  return limits;
}

std::string why_not_runnable(const std::string& path) {
  try {
    const Sniffed sniffed = sniff(path);
    if (sniffed.kind == FileKind::torchscript || sniffed.kind == FileKind::onnx) return {};
    if (sniffed.kind == FileKind::ir) return fmt::format("`{}` is IR text, which cannot be run", path);
    return fmt::format("`{}` is {}, expected an exported graph; {}", path, sniffed.found, sniffed.advice);
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace graphwitness
