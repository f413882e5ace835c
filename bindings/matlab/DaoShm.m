% DaoShm  A segment of shared memory, for MATLAB and Octave.
%
%   s = DaoShm(name, array)          make the segment, or use the one of that name, shape and class again, and publish array
%   s = DaoShm(name, array, depth, keywords)
%   s = DaoShm(name)                 open the one there is
%   s.set(array)                     publish a frame of the segment's shape and class
%   array = s.get()                  the newest frame, whole
%   [array, info] = s.next(timeout)  the next frame that was not seen yet, [] when none came in timeout seconds
%   [array, info] = s.next_in_order(timeout)
%   ready = s.wait(timeout)          wait for one, and leave it unseen
%   s.counter(), s.shape(), s.depth()
%   s.set_keyword(name, value), value = s.keyword(name)
%   s.close(), DaoShm.remove(name)
%
% An element (i, j) here is [i-1, j-1] in Python and C. info has the fields counter, id, time_ns and missed. Errors have the
% identifier daoshm:codeN, N as in DAO_ERROR_CODE of dao.h.
classdef DaoShm < handle
    properties (SetAccess = private)
        name = ''
    end
    properties (Access = private)
        number = -1
    end
    methods
        function s = DaoShm(name, array, depth, keywords)
            s.name = name;
            if nargin < 2
                s.number = daoshm_mex('open', name);
                return
            end
            if nargin < 3, depth = 1; end
            if nargin < 4, keywords = 0; end
            shape = size(array);
            if numel(shape) == 2 && shape(2) == 1
                shape = shape(1); % a column has one axis
            end
            s.number = daoshm_mex('create', name, double(shape), DaoShm.type_of(array), double(depth), double(keywords));
            s.set(array);
        end

        function set(s, array)
            is_written = false;
            while ~is_written
                daoshm_mex('follow', s.number); % the array is for the segment that has the name now
                is_written = daoshm_mex('set', s.number, s.numbers_of(array));
            end
        end

        function [array, info] = get(s)
            [numbers, counter, id, time] = daoshm_mex('get', s.number);
            array = s.formed(numbers);
            info = struct('counter', counter, 'id', id, 'time_ns', time, 'missed', 0);
        end

        function [array, info] = next(s, varargin)
            [array, info] = s.next_frame(0, varargin{:});
        end

        function [array, info] = next_in_order(s, varargin)
            [array, info] = s.next_frame(1, varargin{:});
        end

        function ready = wait(s, timeout)
            if nargin < 2, timeout = Inf; end
            limit = DaoShm.limit_of(timeout);
            began = tic;
            ready = false;
            left = 1;
            while ~ready && left > 0
                left = DaoShm.time_left(began, limit);
                ready = daoshm_mex('wait', s.number, DaoShm.step_ns(left));
            end
        end

        function n = counter(s)
            [~, ~, ~, n] = daoshm_mex('describe', s.number);
        end

        function n = shape(s)
            n = daoshm_mex('describe', s.number);
        end

        function n = depth(s)
            [~, ~, n] = daoshm_mex('describe', s.number);
        end

        function set_keyword(s, key, value)
            if isinteger(value) || islogical(value)
                if isa(value, 'uint64') && any(value(:) > uint64(intmax('int64')))
                    error('daoshm:code16', '%s: keyword %s: %u; expected at most 9223372036854775807', s.name, key, ...
                        max(value(:)));
                end
                value = int64(value);
            elseif ~ischar(value)
                value = double(value);
            end
            daoshm_mex('set_keyword', s.number, key, value);
        end

        function value = keyword(s, key)
            value = daoshm_mex('keyword', s.number, key);
        end

        function close(s)
            if s.number >= 0
                daoshm_mex('close', s.number);
                s.number = -1;
            end
        end

        function delete(s)
            s.close();
        end
    end
    methods (Access = private)
        function [array, info] = next_frame(s, in_order, timeout)
            if nargin < 3, timeout = Inf; end
            limit = DaoShm.limit_of(timeout);
            began = tic;
            ready = false;
            while ~ready
                left = DaoShm.time_left(began, limit);
                [numbers, counter, id, time, missed] = daoshm_mex('next', s.number, in_order, DaoShm.step_ns(left));
                ready = ~isempty(numbers) || left <= 0;
            end
            array = [];
            info = struct('counter', counter, 'id', id, 'time_ns', time, 'missed', missed);
            if ~isempty(numbers)
                array = s.formed(numbers);
            end
        end

        % The elements of a frame as the segment has them; an error when it takes no such array.
        function numbers = numbers_of(s, array)
            [shape, type] = daoshm_mex('describe', s.number);
            if DaoShm.type_of(array) ~= type && ~(any(type == [11 12]) && DaoShm.type_of(complex(array)) == type)
                error('daoshm:code12', '%s: the array is %s; expected the segment''s element type, %d', s.name, class(array), type);
            end
            if ~isequal(DaoShm.full_shape(shape), size(array))
                error('daoshm:code13', '%s: the array has shape [%s]; expected [%s]', s.name, num2str(size(array)), ...
                    num2str(DaoShm.full_shape(shape)));
            end
            numbers = permute(array, ndims(array):-1:1); % the slow axis comes last here
            numbers = numbers(:);
            if any(type == [11 12])
                numbers = [real(numbers).'; imag(numbers).'];
            end
            numbers = numbers(:);
        end

        function array = formed(s, numbers)
            [shape, type] = daoshm_mex('describe', s.number);
            if any(type == [11 12])
                numbers = complex(numbers(1:2:end), numbers(2:2:end));
            end
            whole = DaoShm.full_shape(shape);
            array = permute(reshape(numbers, fliplr(whole)), numel(whole):-1:1);
        end
    end
    methods (Static)
        function remove(name)
            daoshm_mex('remove', name);
        end
    end
    methods (Static, Access = private)
        function whole = full_shape(shape)
            whole = [shape, ones(1, 2 - numel(shape))]; % one axis is a column
            while numel(whole) > 2 && whole(end) == 1
                whole(end) = []; % as size() has it
            end
        end

        function limit = limit_of(timeout)
            if ~(isnumeric(timeout) && isscalar(timeout) && isreal(timeout) && timeout >= 0)
                error('daoshm:code1', 'a time limit that is no number of seconds; expected 0 or more, or Inf');
            end
            limit = double(timeout);
        end

        function left = time_left(began, limit)
            left = max(limit - toc(began), 0);
        end

        % Waits are made of short ones, so that Ctrl-C is seen between them.
        function limit = step_ns(left)
            limit = round(min(left, 0.1) * 1e9);
        end

        function type = type_of(array)
            types = {'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'single', 'double'};
            type = find(strcmp(class(array), types));
            if isempty(type)
                error('daoshm:code12', 'an array of class %s; expected one of %s', class(array), strjoin(types, ', '));
            end
            if ~isreal(array)
                if type < 9
                    error('daoshm:code12', 'complex integers; expected complex single or double');
                end
                type = type + 2;
            end
        end
    end
end

