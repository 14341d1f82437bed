#pragma once
/// Puts a shell script in the place of the worker that reads TorchScript, for the life of this object.

#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "support/program_files.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness {

class FakeWorker {
 public:
  explicit FakeWorker(const std::string& script) {
    const std::string path =
        write_file(folder_.path() / "worker", "#!/bin/sh\n[ \"$1\" != nursery ] || exit 1\n" + script + "\n");
    chmod(path.c_str(), 0700);
    setenv(kTorchWorkerVariable, path.c_str(), 1);
  }
  ~FakeWorker() { unsetenv(kTorchWorkerVariable); }
  FakeWorker(const FakeWorker&) = delete;
  FakeWorker& operator=(const FakeWorker&) = delete;

 private:
  TemporaryFolder folder_;
};

}  // namespace graphwitness
