/**
 * @file daoBase.h
 * @brief The name under which older programs include dao.h.
 */
#ifndef DAO_BASE_H
#define DAO_BASE_H

#include "dao.h"

#endif
