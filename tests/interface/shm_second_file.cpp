// daoShm.hpp in a second file of one program.
#include <daoShm.hpp>

Dao::Shape shape_seen_elsewhere(Dao::Shm<float> &shm);

Dao::Shape shape_seen_elsewhere(Dao::Shm<float> &shm)
{
    return shm.get_shape();
}
