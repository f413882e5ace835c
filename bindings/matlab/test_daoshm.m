% The tests of DaoShm.m: test_daoshm(FOLDER) makes its segments there. DAOSHM names the command line tool, for frames of another
% process.
function test_daoshm(folder)
    name = @(stem) fullfile(folder, [stem '.im.shm']);

    % Shapes, and where an element lies.
    image = uint16(reshape(1:24, 4, 6));
    writer = DaoShm(name('image'), image, 3, 4);
    reader = DaoShm(name('image'));
    assert(isequal(reader.shape(), [4 6]) && reader.depth() == 3 && reader.counter() == 1);
    assert(isequal(reader.get(), image) && isa(reader.get(), 'uint16'));
    writer.set(image + 1);
    [array, info] = reader.get();
    assert(isequal(array, image + 1) && info.counter == 2 && info.time_ns > 1.6e18);
    for array = {single(magic(5)), (1:7)', 1:7, 5, rand(2, 3, 4), rand(2, 3) > 0.5}
        if islogical(array{1}), array{1} = int8(array{1}); end
        s = DaoShm(name('shape'), array{1});
        assert(isequal(DaoShm(name('shape')).get(), array{1}));
        s.close();
    end
    types = {'uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'single', 'double'};
    for type = types
        s = DaoShm(name('type'), cast([1 2; 3 100], type{1}));
        assert(isa(s.get(), type{1}) && isequal(s.get(), cast([1 2; 3 100], type{1})));
    end
    for array = {complex([1 2; 3 4], [5 6; 7 8]), complex(single([1; 2]), single([0; 3]))}
        s = DaoShm(name('complex'), array{1});
        assert(isequal(s.get(), array{1}) && isa(s.get(), class(array{1})));
        s.set(real(array{1}));
        assert(isequal(s.get(), real(array{1})));
    end

    % Frames in order, and those that were missed.
    reader = DaoShm(name('image'));
    assert(isempty(reader.next_in_order(0)) && isempty(reader.next(0.02)) && ~reader.wait(0.02));
    for value = 1:5
        writer.set(zeros(4, 6, 'uint16') + value);
    end
    assert(reader.wait(60));
    [array, info] = reader.next_in_order(60);
    assert(array(1) == 3 && info.missed == 2);
    [array, info] = reader.next(60);
    assert(array(1) == 5);

    % Time limits, of whatever class; what cannot be one is refused.
    for timeout = {0, 1e-12, int32(0), single(0.001), uint8(0)}
        assert(~reader.wait(timeout{1}) && isempty(reader.next(timeout{1})));
    end
    for timeout = {-1, -1e-9, NaN, -Inf, [], [1 2], 'x', 1i, {1}}
        fails('daoshm:code1', @() reader.wait(timeout{1}));
        fails('daoshm:code1', @() reader.next(timeout{1}));
        fails('daoshm:code1', @() reader.next_in_order(timeout{1}));
    end
    for timeout = {Inf, 1e300, int32(60), intmax('int64')}
        writer.set(zeros(4, 6, 'uint16'));
        assert(reader.wait(timeout{1}) && ~isempty(reader.next(timeout{1})));
    end
    began = tic;
    assert(~reader.wait(0.25) && toc(began) >= 0.25);

    % Another process's.
    tool = getenv('DAOSHM');
    if ~isempty(tool)
        system(sprintf('sleep 0.2; "%s" fill "%s" 77 >/dev/null &', tool, name('image')));
        array = reader.next(60);
        assert(array(4, 6) == 77);
    end

    % A segment that was made again with another shape is followed.
    again = DaoShm(name('image'), ones(2, 2));
    array = reader.next(60);
    assert(isequal(array, ones(2, 2)) && isequal(reader.shape(), [2 2]));

    % By every call, also when the array fits the new one alone.
    uses = {@(s) s.get(), @(s) s.set(ones(2, 2, 3)), @(s) s.next(60), @(s) s.wait(60), @(s) s.next_in_order(60)};
    for use = uses
        made = DaoShm(name('replaced'), single([1 2 3]), 1, 2);
        old = DaoShm(name('replaced'));
        made.close();
        again = DaoShm(name('replaced'), 5 * ones(2, 2, 3), 1, 2);
        again.set_keyword('GAIN', 0.5);
        if isequal(func2str(use{1}), func2str(uses{2})), use{1}(old); else, assert(~isempty(use{1}(old))); end
        assert(isequal(old.shape(), [2 2 3]) && old.keyword('GAIN') == 0.5);
        old.close();
        again.close();
        DaoShm.remove(name('replaced'));
    end
    old = DaoShm(name('replaced'), 1, 1, 2);
    again = DaoShm(name('replaced'), [1 2], 1, 2);
    old.set_keyword('GAIN', 2);
    assert(again.keyword('GAIN') == 2);
    fails('daoshm:code13', @() old.set([1 2 3]));
    DaoShm.remove(name('replaced'));
    fails('daoshm:code25', @() old.get());
    fails('daoshm:code25', @() old.set([1 2]));

    % A text ends where it ends, not at a zero byte.
    victim = DaoShm(name('victim'), ones(3, 3), 1, 3);
    victim.set_keyword('GAIN', 1);
    hidden = [name('victim') char(0) 'other'];
    fails('daoshm:code1', @() DaoShm(hidden, 5 * ones(2, 2)));
    fails('daoshm:code1', @() DaoShm(hidden));
    fails('daoshm:code1', @() DaoShm.remove(hidden));
    fails('daoshm:code1', @() victim.set_keyword(['GAIN' char(0) 'x'], 2));
    fails('daoshm:code1', @() victim.set_keyword(['GAIN' char(0)], 'x'));
    fails('daoshm:code1', @() victim.set_keyword('T', ['ab' char(0) 'cd']));
    fails('daoshm:code1', @() victim.keyword(['GAIN' char(0)]));
    fails('daoshm:code1', @() DaoShm(['ab'; 'cd']));
    assert(victim.keyword('GAIN') == 1 && isequal(victim.get(), ones(3, 3)));
    victim.set_keyword('T', '');
    assert(isempty(victim.keyword('T')));

    % The room for a frame does not come from shared memory, where any process may write.
    scribbled = DaoShm(name('scribbled'), ones(4, 5), 3, 2);
    file = fopen(name('scribbled'), 'r+');
    fseek(file, 96, 'bof'); % the number of elements
    fwrite(file, 1, 'uint64');
    fclose(file);
    assert(isequal(scribbled.get(), ones(4, 5)));
    scribbled.set(2 * ones(4, 5));
    assert(isequal(scribbled.get(), 2 * ones(4, 5)));
    delete(name('scribbled')); % by now it is no segment

    % Keywords.
    s = DaoShm(name('keyword'), 1, 1, 3);
    s.set_keyword('GAIN', 0.5);
    s.set_keyword('COUNT', int32(-7));
    s.set_keyword('TARGET', 'Vega');
    assert(s.keyword('GAIN') == 0.5 && s.keyword('COUNT') == -7 && strcmp(s.keyword('TARGET'), 'Vega'));
    s.set_keyword('COUNT', uint64(intmax('int64')));
    assert(s.keyword('COUNT') == intmax('int64'));
    fails('daoshm:code16', @() s.set_keyword('COUNT', intmax('uint64')));
    fails('daoshm:code1', @() s.set_keyword('GAIN', 1 + 2i));

    % Errors.
    fails('daoshm:code4', @() DaoShm(name('missing')));
    fails('daoshm:code4', @() s.keyword('OTHER'));
    fails('daoshm:code13', @() s.set([1 2]));
    fails('daoshm:code12', @() s.set(single(1)));
    fails('daoshm:code12', @() DaoShm(name('bad'), {1}));
    fails('daoshm:', @() DaoShm(name('bad'), zeros(2, 2, 2, 2)));
    fails('daoshm:', @() DaoShm(name('bad'), zeros(0, 1)));
    fails('daoshm:', @() DaoShm(name('bad'), 1, 2.5));
    fails('daoshm:', @() DaoShm(name('bad'), 1, 1, 0.5));
    fails('daoshm:', @() daoshm_mex('get', 99));
    fails('daoshm:', @() daoshm_mex('get', -1));
    fails('daoshm:', @() daoshm_mex('nothing'));
    fails('daoshm:', @() daoshm_mex('get'));
    s.close();
    s.close();
    fails('daoshm:', @() s.get());
    DaoShm.remove(name('keyword'));
    fails('daoshm:code4', @() DaoShm.remove(name('keyword')));
    disp('passed');
end

function fails(identifier, call)
    try
        call();
    catch why
        assert(strncmp(why.identifier, identifier, numel(identifier)), '%s: %s', why.identifier, why.message);
        assert(~isempty(why.message));
        return
    end
    error('no error: %s', func2str(call));
end
