#include "fuzz.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "base/log.hpp"

namespace ava::fuzz {

namespace fs = std::filesystem;

namespace {

class MemoryReader final : public storage::Reader {
 public:
  explicit MemoryReader(std::string_view bytes) : bytes_(bytes) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    AVA_TRY(const std::size_t got, read_at(at_, buffer, size));
    at_ += got;
    return got;
  }
  Result<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    const std::size_t from = std::min<std::uint64_t>(offset, bytes_.size());
    const std::size_t got = std::min(size, bytes_.size() - from);
    if (got > 0) std::memcpy(buffer, bytes_.data() + from, got);
    return got;
  }
  std::optional<std::uint64_t> size_bytes() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

struct Scratch {
  fs::path path;
  Scratch() {
    std::string name = (fs::temp_directory_path() / "ava-fuzz-XXXXXX").string();
    require(mkdtemp(name.data()) != nullptr, "a folder for scratch files", name);
    path = name;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

void fail(std::string_view claim, std::string_view seen) {
  std::fprintf(stderr, "\nBROKEN CLAIM: %.*s\n%.*s\n", static_cast<int>(claim.size()), claim.data(),
               static_cast<int>(seen.size()), seen.data());
  std::abort();
}

std::size_t choice(std::string_view& bytes, std::size_t ways) {
  if (bytes.empty()) return 0;
  const std::size_t chosen = static_cast<unsigned char>(bytes.front() - '0') % ways;
  bytes.remove_prefix(1);
  return chosen;
}

const fs::path& scratch() {
  static const Scratch kScratch;
  return kScratch.path;
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  require(static_cast<bool>(out), "a scratch file that can be written", path.string());
}

fs::path as_file(std::string_view bytes) {
  fs::path path = scratch() / "input";
  write_file(path, bytes);
  return path;
}

std::unique_ptr<storage::Reader> reader_of(std::string_view bytes) { return std::make_unique<MemoryReader>(bytes); }

Folder::Folder(fs::path path, std::vector<File> files, const std::vector<File>& beside)
    : path_(std::move(path)), files_(std::move(files)) {
  for (const auto* some : std::initializer_list<const std::vector<File>*>{&files_, &beside})
    for (const File& file : *some) {
      fs::create_directories((path_ / file.name).parent_path());
      write_file(path_ / file.name, file.bytes);
    }
}

const File& Folder::replace(std::string_view input) {
  const File& chosen = files_[choice(input, files_.size())];
  if (replaced_ != nullptr && replaced_ != &chosen) write_file(path_ / replaced_->name, replaced_->bytes);
  write_file(path_ / chosen.name, input);
  replaced_ = &chosen;
  return chosen;
}

}  // namespace ava::fuzz

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  ava::log::set_level(ava::log::Level::kError);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ava::fuzz::one_input({reinterpret_cast<const char*>(data), size});
  return 0;
}
