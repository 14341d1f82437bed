#pragma once
/// One model of a `bench`, as this program sees it: the worker that it is loaded in, which does something when told to.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/bench/turns.h"
#include "exec/workers.h"
#include "graphwitness/findings/benchmark.h"
#include "support/file_handle.h"
#include "support/subprocess.h"

namespace graphwitness::exec {

class Contestant {
 public:
  /// Starts the worker; `request` is shared memory that holds a RunRequest.
  Contestant(std::string path, SubprocessCommand command, const FileHandle& request);

  bool failed() const { return !model_.error.empty(); }
  /// Waits until the worker is ready to load.
  void wait_until_ready();
  void load();
  /// The times of these runs, in seconds. Empty: it failed.
  std::vector<double> run(std::uint32_t runs);
  void keep(const std::vector<double>& seconds);
  std::uint64_t runs() const { return model_.seconds.size(); }
  /// Lets the worker end, and takes what is known of its model.
  BenchedModel end();

 private:
  std::optional<std::vector<std::int64_t>> wait_for_times();
  std::optional<std::vector<std::int64_t>> take_turn(const Turn& turn);
  void wait_for_end();
  void left_early();
  void fail(const std::string& why);
  void read_result(const SubprocessOutcome& outcome);

  BenchedModel model_;
  SubprocessCommand command_;
  std::chrono::milliseconds timeout_;
  FileHandle talk_;
  std::unique_ptr<Subprocess> worker_;  ///< null: it has ended
};

}  // namespace graphwitness::exec
