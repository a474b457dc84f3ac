#include "job/job.hpp"

#include "schema/json.hpp"

namespace ava::job {

namespace {
constexpr schema::EnumName<JobState> kStates[] = {{JobState::kQueued, "queued"},
                                                  {JobState::kRunning, "running"},
                                                  {JobState::kSucceeded, "succeeded"},
                                                  {JobState::kFailed, "failed"},
                                                  {JobState::kCancelled, "cancelled"}};
}

std::span<const schema::EnumName<JobState>> enum_names(JobState) { return kStates; }

bool is_over(JobState state) { return state != JobState::kQueued && state != JobState::kRunning; }

void describe(schema::Visitor& v, Progress& x) {
  v.type("Progress");
  v.field("done", x.done);
  v.field("total", x.total);
  v.field("unit", x.unit);
  v.field("message", x.message);
}

void describe(schema::Visitor& v, Subject& x) {
  v.type("Subject");
  v.field("type", x.type);
  v.field("id", x.id);
  v.field("name", x.name);
}

void describe(schema::Visitor& v, Reason& x) {
  v.type("Reason");
  v.field("slug", x.slug);
  v.field("detail", x.detail);
  v.field("hint", x.hint);
}

void describe(schema::Visitor& v, Job& x) {
  v.type("Job");
  v.field("id", x.id);
  v.field("kind", x.kind);
  v.field("state", x.state);
  v.field("progress", x.progress);
  v.field("attempts", x.attempts);
  v.field("max_attempts", x.max_attempts);
  v.field("error", x.error);
  v.field("waiting", x.waiting, {.doc = "What a queued job waits for."});
  v.field("subject", x.subject);
  v.field("created_at", x.created_at);
  v.field("started_at", x.started_at);
  v.field("ended_at", x.ended_at);
}

std::optional<Progress> parse_progress(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const schema::Json json = schema::Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto number = [&](const char* name) -> std::int64_t {
    const auto found = json.find(name);
    return found != json.end() && found->is_number() ? found->get<std::int64_t>() : 0;
  };
  Progress progress;
  progress.done = number("done");
  progress.total = number("total");
  if (const auto unit = json.find("unit"); unit != json.end() && unit->is_string())
    progress.unit = unit->get<std::string>();
  if (const auto words = json.find("message"); words != json.end() && words->is_string())
    progress.message = words->get<std::string>();
  return progress;
}

}  // namespace ava::job
