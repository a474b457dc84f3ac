// What the machine can do with a folder of pictures: `pack_floor recordio|lmdb LIST OUT`. LIST has one path a line.
// recordio: reads by io_uring, 16 in flight, frames around them, large writes, one sync. lmdb: ordered appends, 8 MiB a
// commit, one sync. Nothing is checked, hashed or listed: no program that keeps AVA's promises can be faster.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// The two rings of one io_uring, as the kernel lays them out.
class Ring {
 public:
  explicit Ring(unsigned entries) {
    io_uring_params params{};
    fd_ = static_cast<int>(::syscall(SYS_io_uring_setup, entries, &params));
    if (fd_ < 0) fail("io_uring_setup");
    const std::size_t size = std::max(params.sq_off.array + params.sq_entries * sizeof(unsigned),
                                      params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe));
    auto* rings = static_cast<char*>(map(size, IORING_OFF_SQ_RING));
    entries_ = static_cast<io_uring_sqe*>(map(params.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES));
    sq_tail_ = reinterpret_cast<std::atomic<unsigned>*>(rings + params.sq_off.tail);
    sq_mask_ = *reinterpret_cast<unsigned*>(rings + params.sq_off.ring_mask);
    sq_array_ = reinterpret_cast<unsigned*>(rings + params.sq_off.array);
    cq_head_ = reinterpret_cast<std::atomic<unsigned>*>(rings + params.cq_off.head);
    cq_mask_ = *reinterpret_cast<unsigned*>(rings + params.cq_off.ring_mask);
    done_ = reinterpret_cast<io_uring_cqe*>(rings + params.cq_off.cqes);
  }
  void read(int fd, char* to, unsigned size) {
    const unsigned tail = sq_tail_->load(std::memory_order_relaxed);
    io_uring_sqe& entry = entries_[tail & sq_mask_];
    entry = {};
    entry.opcode = IORING_OP_READ;
    entry.fd = fd;
    entry.addr = reinterpret_cast<std::uint64_t>(to);
    entry.len = size;
    entry.user_data = size;
    sq_array_[tail & sq_mask_] = tail & sq_mask_;
    sq_tail_->store(tail + 1, std::memory_order_release);
  }
  /// Hand over `count` reads and wait for all of them.
  void wait(unsigned count) {
    if (::syscall(SYS_io_uring_enter, fd_, count, count, IORING_ENTER_GETEVENTS, nullptr, 0) < 0)
      fail("io_uring_enter");
    unsigned head = cq_head_->load(std::memory_order_relaxed);
    for (unsigned i = 0; i < count; ++i, ++head) {
      const io_uring_cqe& done = done_[head & cq_mask_];
      if (done.res < 0 || static_cast<std::uint64_t>(done.res) != done.user_data) fail("a read was cut short");
    }
    cq_head_->store(head, std::memory_order_release);
  }

 private:
  void* map(std::size_t size, std::uint64_t what) {
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_, static_cast<off_t>(what));
    if (at == MAP_FAILED) fail("mmap");
    return at;
  }
  int fd_ = -1;
  io_uring_sqe* entries_ = nullptr;
  io_uring_cqe* done_ = nullptr;
  std::atomic<unsigned>* sq_tail_ = nullptr;
  std::atomic<unsigned>* cq_head_ = nullptr;
  unsigned* sq_array_ = nullptr;
  unsigned sq_mask_ = 0;
  unsigned cq_mask_ = 0;
};

void pack_recordio(const std::vector<std::string>& paths, const std::string& out) {
  constexpr std::size_t kInFlight = 16;
  constexpr std::size_t kBuffer = 8u << 20;
  const int to = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (to < 0) fail("create");
  Ring ring(kInFlight);
  std::vector<char> buffer(kBuffer);
  std::size_t used = 0;
  const auto flush = [&] {
    if (::write(to, buffer.data(), used) != static_cast<ssize_t>(used)) fail("write");
    used = 0;
  };
  int fds[kInFlight];
  for (std::size_t from = 0; from < paths.size(); from += kInFlight) {
    const std::size_t count = std::min(kInFlight, paths.size() - from);
    for (std::size_t i = 0; i < count; ++i) {
      struct stat info {};
      fds[i] = ::open(paths[from + i].c_str(), O_RDONLY);
      if (fds[i] < 0 || ::fstat(fds[i], &info) != 0) fail("open");
      const auto size = static_cast<unsigned>(info.st_size);
      const std::uint32_t lead[8] = {0xCED7230A, size + 24, 0, 0, static_cast<std::uint32_t>(from + i)};
      if (used + sizeof lead + size + 4 > kBuffer) fail("pictures too large for this program");
      std::memcpy(buffer.data() + used, lead, sizeof lead);
      ring.read(fds[i], buffer.data() + used + sizeof lead, size);
      used += sizeof lead + (size + 3) / 4 * 4;
    }
    ring.wait(static_cast<unsigned>(count));
    for (std::size_t i = 0; i < count; ++i) ::close(fds[i]);
    if (used > kBuffer / 2) flush();
  }
  flush();
  if (::fsync(to) != 0) fail("fsync");
}

void must(int code) {
  if (code == 0) return;
  std::fprintf(stderr, "lmdb: %s\n", mdb_strerror(code));
  std::exit(1);
}

void pack_lmdb(const std::vector<std::string>& paths, const std::string& out) {
  constexpr std::size_t kPerCommit = 8u << 20;
  std::filesystem::create_directories(out);
  MDB_env* env = nullptr;
  must(mdb_env_create(&env));
  must(mdb_env_set_mapsize(env, std::size_t{1} << 36));
  must(mdb_env_open(env, out.c_str(), MDB_NOSYNC | MDB_NOLOCK, 0644));
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  std::size_t begun = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (txn == nullptr) {
      must(mdb_txn_begin(env, nullptr, 0, &txn));
      must(mdb_dbi_open(txn, nullptr, 0, &dbi));
    }
    struct stat info {};
    const int fd = ::open(paths[i].c_str(), O_RDONLY);
    if (fd < 0 || ::fstat(fd, &info) != 0) fail("open");
    char key[32];
    const int length = std::snprintf(key, sizeof key, "%08zu", i);
    MDB_val name{static_cast<std::size_t>(length), key};
    MDB_val value{static_cast<std::size_t>(info.st_size), nullptr};
    must(mdb_put(txn, dbi, &name, &value, MDB_APPEND | MDB_RESERVE));
    if (::read(fd, value.mv_data, value.mv_size) != static_cast<ssize_t>(value.mv_size)) fail("read");
    ::close(fd);
    begun += value.mv_size;
    if (begun < kPerCommit) continue;
    must(mdb_txn_commit(txn));
    txn = nullptr;
    begun = 0;
  }
  if (txn != nullptr) must(mdb_txn_commit(txn));
  must(mdb_env_sync(env, 1));
  mdb_env_close(env);
}

}  // namespace

int main(int words, char** word) {
  if (words != 4) {
    std::fputs("usage: pack_floor recordio|lmdb LIST OUT\n", stderr);
    return 2;
  }
  std::vector<std::string> paths;
  std::ifstream list(word[2]);
  for (std::string line; std::getline(list, line);) paths.push_back(line);
  std::string(word[1]) == "lmdb" ? pack_lmdb(paths, word[3]) : pack_recordio(paths, word[3]);
}
