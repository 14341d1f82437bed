#include "cli/report_formats.h"

namespace graphwitness {

bool is_result_format(std::string_view format) {
  return format == "sarif" || format == "github" || format == "markdown";
}

void write_results(std::ostream& out, std::string_view format, const ResultLog& log) {
  if (format == "sarif") return write_sarif(out, log);
  if (format == "github") return write_workflow_commands(out, log);
  write_markdown(out, log);
}

}  // namespace graphwitness
