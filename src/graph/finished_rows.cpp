#include "graph/finished_rows.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.hpp"
#include "image/resize.hpp"
#include "schema/json.hpp"

namespace ava::graph {

namespace {

namespace fs = std::filesystem;

Result<void> write_whole(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file::error_of(errno, "write", path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

std::optional<RowOutcome> outcome_of(const std::string& text) {
  const auto json = schema::Json::parse(text, nullptr, false);
  if (!json.is_array() || json.size() != 6) return std::nullopt;
  RowOutcome outcome;
  outcome.lines = json[0].get<std::string>();
  outcome.kept = json[1].get<std::uint64_t>();
  outcome.generated = json[2].get<std::uint64_t>();
  outcome.bytes = json[3].get<std::uint64_t>();
  outcome.labels = {json[4][0].get<std::uint64_t>(), json[4][1].get<std::uint64_t>(), json[4][2].get<std::uint64_t>()};
  outcome.pictures = json[5].get<std::vector<std::pair<std::string, std::string>>>();
  return outcome;
}

std::string text_of(const RowOutcome& outcome) {
  const schema::Json counts = {outcome.labels.boxes_clipped, outcome.labels.boxes_dropped,
                               outcome.labels.landmarks_dropped};
  return schema::Json::array({outcome.lines, outcome.kept, outcome.generated, outcome.bytes, counts, outcome.pictures})
      .dump();
}

}  // namespace

Result<std::unique_ptr<FinishedRows>> FinishedRows::open(const fs::path& spool, const std::string& plan) {
  std::unique_ptr<FinishedRows> rows(new FinishedRows);
  AVA_CHECK(file::make_dirs(spool));
  const fs::path folder = spool / plan.substr(0, 16);
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(spool, failed))
    if (entry.path() != folder) AVA_CHECK(file::remove_tree(entry.path()));
  rows->plan_ = plan + image::transform_version();
  rows->pictures_ = folder / "pictures";
  AVA_CHECK(file::make_dirs(rows->pictures_));
  AVA_TRY(rows->log_, cache::KeyedLog::open(folder / "rows", 0));
  return rows;
}

Digest FinishedRows::key_of(std::uint64_t row_hash, std::string_view line, std::string_view stamp) const {
  return sha256(fmt::format("{}\n{}\n{}\n{}", plan_, row_hash, stamp, line));
}

std::optional<RowOutcome> FinishedRows::find(const Digest& key) {
  const auto kept = log_->find(key);
  if (!kept) return std::nullopt;
  auto outcome = outcome_of(kept->bytes);
  if (!outcome) return std::nullopt;
  for (const auto& [name, digest] : outcome->pictures) {
    const auto bytes = file::read(pictures_ / name, 1u << 30);
    if (!bytes.ok() || to_hex(sha256(*bytes)) != digest) return std::nullopt;
  }
  return outcome;
}

void FinishedRows::keep(const Digest& key, const RowOutcome& outcome) { log_->keep(key, {}, text_of(outcome)); }

Result<void> FinishedRows::write(const std::string& name, std::string_view bytes) const {
  const fs::path path = pictures_ / name;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  int fd = ::open(path.c_str(), kFlags, 0644);
  if (fd < 0 && errno == ENOENT) {
    AVA_CHECK(file::make_dirs(path.parent_path()));
    fd = ::open(path.c_str(), kFlags, 0644);
  }
  if (fd < 0) return file::error_of(errno, "create", path);
  auto written = write_whole(fd, bytes, path);
  const int closed = ::close(fd);
  AVA_CHECK(std::move(written));
  if (closed != 0) return file::error_of(errno, "close", path);
  return {};
}

}  // namespace ava::graph
