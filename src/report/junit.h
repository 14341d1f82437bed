#pragma once
/// JUnit's XML, as CI servers read it: one suite of test cases. Who reports something fills in the cases.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace graphwitness {

struct JunitCase {
  enum class Outcome : std::uint8_t { passed, failed, skipped, error };
  std::string name;
  std::string group;  ///< shown as the class's name: a model, a command
  Outcome outcome = Outcome::passed;
  std::string message = {};  ///< one line
  std::string details = {};  ///< more lines
};

void write_junit(std::ostream& out, const std::string& suite, const std::vector<JunitCase>& cases);

}  // namespace graphwitness
