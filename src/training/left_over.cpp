#include "training/left_over.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "schema/json.hpp"

namespace ava::training {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestLine = 8u << 20;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostPoints = 20'000;

bool is(const fs::path& path, fs::file_type type) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == type;
}

/// Sub-folders in the order of their names.
std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  if (!is(folder, fs::file_type::directory)) return found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (is(entry.path(), fs::file_type::directory)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::string text_in(const nlohmann::json& object, const char* key, std::size_t longest) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  auto text = found->get<std::string>();
  return text.size() <= longest ? text : std::string();
}

std::optional<std::int64_t> number_in(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::optional<LeftOver> header_of(const fs::path& folder) {
  const fs::path path = folder / "header.json";
  if (!is(path, fs::file_type::regular) || !is(folder / "records.jsonl", fs::file_type::regular)) return std::nullopt;
  const auto text = file::read(path, 1u << 20);
  const auto json = text.ok() ? schema::parse(*text) : Result<nlohmann::json>(text.error());
  if (!json.ok() || !json->is_object()) return std::nullopt;
  LeftOver spool{.folder = folder, .client_id = text_in(*json, "client_id", 128)};
  if (spool.client_id.empty()) return std::nullopt;
  if (const std::string id = text_in(*json, "run_id", 64); !id.empty()) spool.run_id = id;
  if (const std::string name = text_in(*json, "name", 200); !name.empty()) spool.run.name = name;
  if (const auto params = json->find("params"); params != json->end() && params->is_object())
    spool.run.params = {params->dump()};
  if (const auto when = parse_time(text_in(*json, "started_at", 64)); when.ok())
    spool.run.started_at = schema::Time{*when};
  spool.run.client_key = spool.client_id;
  return spool;
}

/// "<seq> <offset>": everything before that byte has been taken by the server.
std::int64_t acknowledged(const fs::path& folder) {
  const fs::path path = folder / "acked";
  const auto text = is(path, fs::file_type::regular) ? file::read(path, 64) : Result<std::string>(std::string());
  if (!text.ok()) return 0;
  const std::size_t space = text->find(' ');
  std::int64_t offset = 0;
  if (space != std::string::npos) std::from_chars(text->data() + space + 1, text->data() + text->size(), offset);
  return std::max<std::int64_t>(0, offset);
}

void add_points(const nlohmann::json& json, LeftRecord& record) {
  const auto points = json.find("points");
  if (points == json.end() || !points->is_array()) return;
  for (const auto& point : *points) {
    if (!point.is_object() || record.points.size() >= kMostPoints) continue;
    const std::string name = text_in(point, "name", kLongestName);
    const auto step = number_in(point, "step");
    const auto time_ms = number_in(point, "time_ms");
    const auto value = point.find("value");
    if (name.empty() || !step || !time_ms || value == point.end() || !value->is_number()) continue;
    record.points.push_back({name, {*step, *time_ms, value->get<double>()}});
    if (const auto epoch = number_in(point, "epoch")) record.epoch = std::max(record.epoch.value_or(*epoch), *epoch);
  }
}

std::optional<LeftRecord> record_of(const fs::path& folder, const std::string& line) {
  const auto json = schema::parse(line);
  if (!json.ok() || !json->is_object()) return std::nullopt;
  LeftRecord record;
  const auto seq = number_in(*json, "seq");
  const std::string kind = text_in(*json, "kind", 16);
  if (!seq || *seq < 0) return std::nullopt;
  record.seq = *seq;
  if (kind == "metrics") {
    add_points(*json, record);
    return record;
  }
  if (kind == "end") {
    record.kind = LeftRecord::Kind::kEnd;
    record.end.state = text_in(*json, "state", 16) == "failed" ? RunState::kFailed : RunState::kDone;
    if (const std::string why = text_in(*json, "error_message", 16'384); !why.empty()) record.end.error_message = why;
    return record;
  }
  record.kind = LeftRecord::Kind::kModel;
  record.epoch = number_in(*json, "epoch");
  record.name = text_in(*json, "name", 200);
  record.file = folder / fs::path(text_in(*json, "file", 255)).filename();
  if (kind == "model" && is(record.file, fs::file_type::regular)) return record;
  return std::nullopt;
}

}  // namespace

std::vector<LeftOver> find_left_overs(const fs::path& run_root) {
  std::vector<LeftOver> found;
  for (const fs::path& run : folders_in(run_root))
    for (const fs::path& folder : folders_in(run / "tmp")) {
      if (!folder.filename().string().starts_with("spool")) continue;
      if (auto spool = header_of(folder)) found.push_back(*std::move(spool));
    }
  return found;
}

Result<void> read_left_over(const LeftOver& spool, const std::function<Result<void>(LeftRecord&&)>& take) {
  std::ifstream in(spool.folder / "records.jsonl", std::ios::binary);
  in.seekg(acknowledged(spool.folder));
  std::string line(kLongestLine, '\0');
  // A line that is longer, or has no end, ends the reading: the SDK writes neither.
  while (in.getline(line.data(), static_cast<std::streamsize>(line.size())) && !in.eof()) {
    const auto size = static_cast<std::size_t>(in.gcount());
    if (size == 0) continue;
    if (auto record = record_of(spool.folder, line.substr(0, size - 1))) AVA_CHECK(take(*std::move(record)));
  }
  return {};
}

}  // namespace ava::training
