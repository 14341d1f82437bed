#include <ostream>

#include "graphwitness/report/bench.h"
#include "report/json_parts.h"
#include "support/version.h"

namespace graphwitness {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
Json latency_json(const BenchedModel& model) {
  if (model.seconds.empty()) return {};
  const LatencyStatistics& latency = model.latency;
  return {{"mean", latency.mean},
          {"median", latency.median},
          {"p90", latency.p90},
          {"deviation", latency.deviation},
          {"least", latency.least}};
}

Json bench_json(const BenchedModel& model) {
  return {{"name", model.name},
          {"status", model.error.empty() ? "ok" : "error"},
          {"error", text_or_null(model.error)},
          {"runtime", text_or_null(model.runtime)},
          {"measured", model.elsewhere ? "elsewhere" : "here"},
          {"latency", latency_json(model)},
          {"speed_up", or_null(model.speed_up)},
          {"load_seconds", or_null(model.load_seconds)},
          {"peak_memory", or_null(model.peak_memory)},
          {"seconds", model.seconds},
          {"notes", model.notes}};
}

}  // namespace

void write_bench_json(std::ostream& out, const BenchReport& report) {
  Json models = Json::array();
  for (const BenchedModel& model : report.models) models.push_back(bench_json(model));
  const Json object{{"version", 1},
                    {"tool", {{"name", "graphwitness"}, {"version", version()}}},
                    {"device", text_or_null(report.device)},
                    {"threads", report.threads},
                    {"runs", report.runs},
                    {"warm_up", report.warm_up},
                    {"method", report.method},
                    {"inputs", report.inputs},
                    {"samples", report.samples},
                    {"seed", report.seed},
                    {"models", std::move(models)}};
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace graphwitness
