#include "graphwitness/frontends/load.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <fstream>
#include <iterator>
#include <new>
#include <thread>
#include <utility>

#include "frontends/onnx/read_onnx.h"
#include "frontends/sniff.h"
#include "frontends/torchscript/worker_call.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "support/process_memory.h"
#include "support/subprocess.h"

namespace graphwitness {
namespace {

/// How many models may be under way or waiting to be asked for, for each that may run: a slow one holds up those
/// behind it only so far, and a thousand graphs never lie in memory together.
constexpr std::size_t kAhead = 3;

constexpr std::uint64_t kLeastMemory = 1U << 30U;

LoadOptions completed(LoadOptions options) {
  if (options.jobs == 0) options.jobs = std::max(1U, std::thread::hardware_concurrency());
  if (options.memory_limit == 0) options.memory_limit = std::max(kLeastMemory, usable_memory() / 4 * 3 / options.jobs);
  return options;
}

Format format_of(FileKind kind) {
  switch (kind) {
    case FileKind::torchscript:
      return Format::torchscript;
    case FileKind::onnx:
      return Format::onnx;
    case FileKind::ir:
    case FileKind::other:
      break;
  }
  return Format::unknown;
}

Graph read_ir_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw InputError("it cannot be read to its end");
  return read_ir(text, {.file = path}).graph;
}

Graph read_here(FileKind kind, const std::string& path) {
  if (kind == FileKind::ir) return read_ir_file(path);
  return read_onnx(path);
}

/// One model on its way.
struct Job {
  LoadedModel model;
  FileKind kind = FileKind::other;
  SubprocessCommand command;
  std::unique_ptr<Subprocess> worker;  ///< none: nothing to wait for

  bool settled() const { return !model.error.empty() || model.graph.has_value(); }
  void fail(std::string_view message) {
    const bool names_file = message.find(model.path) != message.npos;
    model.error = names_file ? std::string(message) : fmt::format("`{}`: {}", model.path, message);
  }
};

void settle(Job& job, auto&& read) {
  try {
    job.model.graph = read();
    if (job.model.graph->format() != Format::unknown) job.model.format = job.model.graph->format();
  } catch (const InputError& error) {
    job.fail(error.what());
  } catch (const std::bad_alloc&) {
    job.fail("its graph does not fit into memory");
  }
}

}  // namespace

struct ModelLoader::State {
  LoadOptions options;
  std::deque<std::string> waiting;
  std::deque<Job> jobs;

  std::vector<Subprocess*> running() {
    std::vector<Subprocess*> processes;
    for (Job& job : jobs) {
      if (job.worker && !job.settled() && !job.worker->advance()) processes.push_back(job.worker.get());
    }
    return processes;
  }

  void start_one() {
    Job& job = jobs.emplace_back();
    job.model.path = std::move(waiting.front());
    waiting.pop_front();
    try {
      const Sniffed sniffed = sniff(job.model.path);
      job.kind = sniffed.kind;
      job.model.format = format_of(sniffed.kind);
      if (sniffed.kind == FileKind::other) {
        job.model.error =
            fmt::format("`{}` is {}, expected an exported graph; {}", job.model.path, sniffed.found, sniffed.advice);
      }
      if (sniffed.kind == FileKind::torchscript) {
        job.command = torchscript_worker(job.model.path, options);
        job.worker = std::make_unique<Subprocess>(job.command);
      }
    } catch (const std::exception& error) {
      job.fail(error.what());
    }
  }

  void start_what_fits() {
    while (!waiting.empty() && jobs.size() < kAhead * options.jobs && running().size() < options.jobs) start_one();
  }

  /// Until the first job's worker, when it has one, has ended.
  void wait_for_first() {
    while (true) {
      start_what_fits();
      const std::vector<Subprocess*> processes = running();
      if (std::ranges::find(processes, jobs.front().worker.get()) == processes.end()) return;
      wait_for_any(processes);
    }
  }
};

ModelLoader::ModelLoader(std::vector<std::string> paths, const LoadOptions& options)
    : state_(std::make_unique<State>()) {
  state_->options = completed(options);
  std::ranges::move(paths, std::back_inserter(state_->waiting));
  state_->start_what_fits();
}

ModelLoader::~ModelLoader() = default;
ModelLoader::ModelLoader(ModelLoader&&) noexcept = default;
ModelLoader& ModelLoader::operator=(ModelLoader&&) noexcept = default;

std::optional<LoadedModel> ModelLoader::next() {
  state_->start_what_fits();
  if (state_->jobs.empty()) return std::nullopt;
  state_->wait_for_first();
  Job job = std::move(state_->jobs.front());
  state_->jobs.pop_front();
  state_->start_what_fits();  // before the work below, so that workers run beside it
  if (job.settled()) return std::move(job.model);
  if (job.worker) {
    settle(job, [&] { return graph_from_worker(job.command, job.worker->take_outcome()); });
  } else {
    settle(job, [&] { return read_here(job.kind, job.model.path); });
  }
  return std::move(job.model);
}

Graph load_model(const std::string& path, const LoadOptions& options) {
  LoadedModel model = *ModelLoader({path}, options).next();
  if (!model.graph) throw InputError(model.error);
  return *std::move(model.graph);
}

}  // namespace graphwitness
