#include "db/pool.hpp"

namespace ava::db {

Pool::Pool(std::size_t bound, Connect connect) : bound_(bound), connect_(std::move(connect)) {}

Result<Pool::Lease> Pool::acquire(std::chrono::steady_clock::time_point deadline) {
  {
    std::unique_lock lock(mutex_);
    if (!free_.wait_until(lock, deadline, [this] { return lent_ < bound_; }))
      return Error(ErrorCode::kUnavailable, "db.pool_exhausted", "all database connections stayed in use");
    ++lent_;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(connection));
    }
  }
  auto made = connect_();  // outside the lock: it takes its time
  if (made.ok()) return Lease(*this, *std::move(made));
  give_back(nullptr);
  return made.error();
}

Result<void> Pool::check() {
  AVA_TRY(const Lease lease, acquire(std::chrono::steady_clock::now() + std::chrono::seconds(10)));
  return {};
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  std::unique_ptr<Connection> dead;  // closed after the lock
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (connection != nullptr && connection->alive())
      idle_.push_back(std::move(connection));
    else
      dead = std::move(connection);
  }
  free_.notify_one();
}

}  // namespace ava::db
