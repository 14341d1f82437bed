#include "graphwitness/frontends/load.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "contains.h"
#include "fake_worker.h"
#include "graphwitness/support/error.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness {
namespace {

constexpr const char* kAnswer = R"(printf 'ok\nformat torchscript\ngraph "forward" scripted ():\n  return\n' >&3)";

struct Case {
  TemporaryFolder folder;
  std::string archive = write_file(folder.path() / "m.pt", torchscript_names());

  std::string error(const std::string& script, const LoadOptions& options = {}) const {
    const FakeWorker worker(script);
    try {
      load_model(archive, options);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
};

}  // namespace

TEST_CASE("a TorchScript archive is read by a worker") {
  const Case with;
  const FakeWorker worker(std::string("[ \"$1\" = load ] && [ -f \"$2\" ] && ") + kAnswer);
  const Graph graph = load_model(with.archive);
  CHECK(graph.format() == Format::torchscript);
  CHECK(graph.functions().size() == 1);
}

TEST_CASE("an error of the worker names the file") {
  const Case with;
  CHECK(with.error(R"(printf 'error\nthe class `A` is not known\n' >&3)") ==
        "`" + with.archive + "`: the class `A` is not known");
  CHECK(with.error(R"(printf 'error\n`%s` is broken\n' "$2" >&3)") == "`" + with.archive + "` is broken");
}

TEST_CASE("a worker that dies is one clear line") {
  const Case with;
  const std::string start = "`" + with.archive + "`: the worker reading it ";
  CHECK(with.error("kill -SEGV $$") == start + "was killed by SIGSEGV (Segmentation fault)");
  CHECK(with.error("kill -KILL $$") == start + "was killed by SIGKILL, as the system does when memory runs out");
  CHECK(with.error("echo first; echo 'terminate called' >&2; kill -ABRT $$") ==
        start + "was killed by SIGABRT (Aborted); it said: `terminate called`");
  CHECK(with.error("echo terminate called; echo \"  what():  no such class\"; echo 'frame #0: f'; kill -ABRT $$") ==
        start + "was killed by SIGABRT (Aborted); it said: `no such class`");
  CHECK(with.error("exit 7") == start + "ended with status 7 and without an answer");
  CHECK(with.error("exit 0") == start + "ended with status 0 and without an answer");
  CHECK(with.error(std::string(kAnswer) + "; exit 3") == start + "ended with status 3 and without an answer");
}

TEST_CASE("a worker that hangs is stopped") {
  const Case with;
  const auto start = std::chrono::steady_clock::now();
  const std::string error = with.error("sleep 60", {.jobs = 1, .timeout = std::chrono::seconds(1), .memory_limit = 0});
  CHECK(error ==
        "`" + with.archive + "`: reading it took longer than the limit of 1 s; raise `--timeout` if it is that large");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a worker that eats memory is stopped") {
  const Case with;
  const LoadOptions options{.jobs = 1, .timeout = std::chrono::seconds(60), .memory_limit = 100U << 20U};
  CHECK(contains(with.error("exec tail /dev/zero", options), "more memory than the limit of 0.1 GiB"));
}

TEST_CASE("an answer that is no graph is an error") {
  const Case with;
  CHECK(contains(with.error(R"(printf 'ok\ngraph without end' >&3)"), "the worker's answer:1:"));
}

TEST_CASE("a worker that is not there is one clear line") {
  const Case with;
  setenv(kTorchWorkerVariable, "/nowhere/worker", 1);
  try {
    load_model(with.archive);
    FAIL("loaded");
  } catch (const InputError& error) {
    CHECK(contains(error.what(), "`/nowhere/worker`, cannot be started: No such file or directory"));
  }
  unsetenv(kTorchWorkerVariable);
}

TEST_CASE("models come back in order, the good ones beside the bad ones") {
  const TemporaryFolder folder;
  const FakeWorker worker(std::string("case $2 in *slow*) sleep 0.3;; *dead*) kill -9 $$;; esac; ") + kAnswer);
  std::vector<std::string> paths;
  for (const char* name : {"slow", "b", "dead", "d", "text", "f", "g", "slow again"}) {
    const std::string bytes = std::string_view(name) == "text" ? "Dear reader" : torchscript_names();
    paths.push_back(write_file(folder.path() / name, bytes));
  }
  ModelLoader loader(paths, {.jobs = 2, .timeout = std::chrono::seconds(20), .memory_limit = 0});
  for (const std::string& path : paths) {
    const auto model = loader.next();
    REQUIRE(model);
    CHECK(model->path == path);
    CHECK(model->graph.has_value() == !(path.ends_with("text") || path.ends_with("dead")));
    CHECK(model->error.empty() == model->graph.has_value());
  }
  CHECK(!loader.next());
}

TEST_CASE("workers of one call start together") {
  const TemporaryFolder folder;
  const FakeWorker worker(std::string("sleep 0.5; ") + kAnswer);
  const std::string path = write_file(folder.path() / "m.pt", torchscript_names());
  const auto start = std::chrono::steady_clock::now();
  ModelLoader loader({path, path, path, path}, {.jobs = 4, .timeout = std::chrono::seconds(20), .memory_limit = 0});
  while (const auto model = loader.next()) CHECK(model->error == "");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1500));
}

TEST_CASE("IR text is read in this process, and its errors name the line") {
  const TemporaryFolder folder;
  CHECK(load_model(write_file(folder.path() / "good", "graph \"g\" scripted ():\n  return\n")).functions().size() == 1);
  const std::string bad = write_file(folder.path() / "bad", "graph \"g\" scripted (\n");
  CHECK_THROWS_WITH_AS(load_model(bad), doctest::Contains((bad + ":").c_str()), InputError);
}

TEST_CASE("a folder stands for every model below it, sorted, without what is hidden") {
  const TemporaryFolder folder;
  namespace fs = std::filesystem;
  fs::create_directories(folder.path() / "z" / "deep");
  fs::create_directories(folder.path() / ".git");
  fs::create_directories(folder.path() / "empty");
  const std::string inner = write_file(folder.path() / "z" / "deep" / "m.bin", torchscript_names());
  const std::string outer = write_file(folder.path() / "a.pt", torchscript_names());
  write_file(folder.path() / "graph.ir", "graph \"g\" scripted ():\n  return\n");
  write_file(folder.path() / ".git" / "m.pt", torchscript_names());
  write_file(folder.path() / "notes.txt", "notes");
  fs::create_directory_symlink(folder.path(), folder.path() / "z" / "circle");

  const FoundModels found = find_models({folder.path()});
  CHECK(found.paths == std::vector<std::string>{outer, inner});
  CHECK(found.passed_over == 2);
  CHECK(found.errors.empty());

  const std::string empty = folder.path() / "empty";
  const std::vector<FolderError> errors = find_models({empty}).errors;
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].folder == empty);
  CHECK(errors[0].message ==
        "the folder `" + empty + "` is empty, expected TorchScript or ONNX in it; name another folder, or a file");
  CHECK(find_models({"missing"}).paths == std::vector<std::string>{"missing"});
}

}  // namespace graphwitness
