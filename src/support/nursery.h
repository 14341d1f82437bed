#pragma once
/// A worker program that starts once and is copied for every task: LibTorch takes half a second of processor time to
/// start, a copy of a process that has started it takes milliseconds.
///
/// While a Nursery lives, Subprocess takes workers of its program from there, and where that fails starts the program
/// as it does without. The first worker is a program started as ever, unless more were announced: one alone gains
/// nothing. Copies are children of this process and as far apart from each other as programs are; the process that
/// waits to be copied touches nothing of any model. Limits: Linux only; one at a time; the program must not start
/// threads before it waits.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/file_handle.h"
#include "support/worker_place.h"

namespace graphwitness {

class Subprocess;

class Nursery {
 public:
  /// The word that tells the program to wait.
  static constexpr const char* kCommand = "nursery";

  explicit Nursery(std::filesystem::path program) noexcept;
  ~Nursery();
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;

  /// The one that lives, where it is of this program.
  static Nursery* of(const std::filesystem::path& program);

  /// Several workers of the program are about to be wanted; the one that lives need not wait for the second to tell.
  static void announce_several(const std::filesystem::path& program);

  /// A child of this process that is the program with these arguments; none where it cannot be had, and to talk with.
  std::optional<pid_t> copy(const std::vector<std::string>& arguments, const WorkerPlace& place);

 private:
  void start();
  std::optional<pid_t> answer();

  std::filesystem::path program_;
  bool asked_ = false;    ///< for a first worker
  bool started_ = false;  ///< well or not
  FileHandle socket_;
  std::unique_ptr<Subprocess> waiting_;  ///< none: not started, or no copies can be had
};

/// The program's side: answers requests, and returns in each copy with the arguments that it is for. Ends the program
/// when nobody can ask any more.
std::vector<std::string> wait_in_nursery();

}  // namespace graphwitness
